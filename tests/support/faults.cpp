#include "support/faults.hpp"

#include <atomic>
#include <bit>
#include <cstdarg>
#include <cstdlib>
#include <mutex>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace popfetch::test {

namespace {

std::atomic<bool> armed{false};
std::atomic<std::uint64_t> counted{0};
std::atomic<bool> hit{false};
std::atomic<std::uint64_t> interruptions{0};
Strike plan;

std::mutex log_lock;
std::string log_text;

void note(FileCall call)
{
    constexpr std::string_view letters = "cwsSxrluta";
    const std::lock_guard lock{log_lock};
    log_text += letters[static_cast<std::size_t>(std::countr_zero(static_cast<unsigned>(call)))];
}

bool concerns(FileCall call) { return (static_cast<unsigned>(plan.only) & static_cast<unsigned>(call)) != 0; }

// The errno that this call shall fail with, or 0.
int error_for(FileCall call)
{
    if (!armed || !concerns(call)) return 0;
    note(call);
    if (plan.short_writes && call == FileCall::write && interruptions++ % 2 == 0) return EINTR;
    const auto number = ++counted;
    if (plan.at == 0 || number < plan.at || (number > plan.at && !plan.sticky)) return 0;
    hit = true;
    if (plan.kill) ::_exit(killed_status);
    return plan.error;
}

bool shall_fail(FileCall call)
{
    const int error = error_for(call);
    if (error != 0) errno = error;
    return error != 0;
}

// For calls that may be done although an error is reported.
template<typename Call>
int unless_it_fails(FileCall kind, Call call)
{
    if (!shall_fail(kind)) return static_cast<int>(call());
    const int error = errno;
    if (plan.done_anyway) call();
    errno = error;
    return -1;
}

size_t shortened(size_t size) { return armed && plan.short_writes && size > 1 ? size / 2 : size; }

}

Faults::Faults(const Strike& strike)
{
    plan = strike;
    counted = 0;
    hit = false;
    log_text.clear();
    armed = true;
}

Faults::~Faults() { armed = false; }

bool Faults::struck() const { return hit; }

std::uint64_t Faults::calls() const { return counted; }

std::string Faults::log()
{
    const std::lock_guard lock{log_lock};
    return log_text;
}

}

using popfetch::test::FileCall;
using popfetch::test::shall_fail;
using popfetch::test::shortened;
using popfetch::test::unless_it_fails;

// Declared by the C library's headers, with the names that large-file support gives them.
extern "C" {

int openat(int folder, const char* path, int flags, ...)
{
    mode_t mode = 0;
    if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
    }
    if ((flags & O_CREAT) != 0 && shall_fail(FileCall::create)) return -1;
    return static_cast<int>(::syscall(SYS_openat, folder, path, flags, mode));
}

int open(const char* path, int flags, ...)
{
    mode_t mode = 0;
    if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
    }
    return openat(AT_FDCWD, path, flags, mode);
}

int mkdir(const char* path, mode_t mode) noexcept
{
    return shall_fail(FileCall::create) ? -1 : static_cast<int>(::syscall(SYS_mkdirat, AT_FDCWD, path, mode));
}

ssize_t write(int fd, const void* bytes, size_t size)
{
    return shall_fail(FileCall::write) ? -1 : ::syscall(SYS_write, fd, bytes, shortened(size));
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset)
{
    return shall_fail(FileCall::write) ? -1 : ::syscall(SYS_pwrite64, fd, bytes, shortened(size), offset);
}

int fdatasync(int fd) { return shall_fail(FileCall::sync_file) ? -1 : static_cast<int>(::syscall(SYS_fdatasync, fd)); }

int fsync(int fd) { return shall_fail(FileCall::sync_folder) ? -1 : static_cast<int>(::syscall(SYS_fsync, fd)); }

int close(int fd)
{
    const bool fails = shall_fail(FileCall::close);
    const int error = errno;
    const int result = static_cast<int>(::syscall(SYS_close, fd));
    if (!fails) return result;
    errno = error;
    return -1;
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept
{
    return unless_it_fails(FileCall::rename,
                           [=] { return ::syscall(SYS_renameat2, from_folder, from, to_folder, to, flags); });
}

int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept
{
    return renameat2(from_folder, from, to_folder, to, 0);
}

int rename(const char* from, const char* to) noexcept { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }

int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) noexcept
{
    return shall_fail(FileCall::link)
               ? -1
               : static_cast<int>(::syscall(SYS_linkat, from_folder, from, to_folder, to, flags));
}

int link(const char* from, const char* to) noexcept { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

int unlinkat(int folder, const char* path, int flags) noexcept
{
    return shall_fail(FileCall::unlink) ? -1 : static_cast<int>(::syscall(SYS_unlinkat, folder, path, flags));
}

int unlink(const char* path) noexcept { return unlinkat(AT_FDCWD, path, 0); }

int ftruncate(int fd, off_t size) noexcept
{
    return shall_fail(FileCall::truncate) ? -1 : static_cast<int>(::syscall(SYS_ftruncate, fd, size));
}

int fallocate(int fd, int mode, off_t offset, off_t size)
{
    return shall_fail(FileCall::allocate) ? -1 : static_cast<int>(::syscall(SYS_fallocate, fd, mode, offset, size));
}
}
