#include "mbox_file.hpp"

#include <array>
#include <cerrno>
#include <random>
#include <string_view>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <popfetch/base/error.hpp>
#include <popfetch/base/interrupt.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/base/sandbox.hpp>

#include "folder_checks.hpp"

namespace popfetch::delivery {

namespace {

using Clock = std::chrono::steady_clock;

std::string_view what_it_is(mode_t mode)
{
    if (S_ISLNK(mode)) return "is a symbolic link";
    if (S_ISDIR(mode)) return "is a folder, not an mbox";
    return "is not a plain file";
}

void check(const base::Path& path, const struct stat& status)
{
    if (!S_ISREG(status.st_mode)) throw bad_target(path, what_it_is(status.st_mode), "name the mbox file itself");
    if (status.st_uid != ::geteuid())
        throw bad_target(path, "belongs to user " + std::to_string(status.st_uid), "run popfetch as that user");
    if (status.st_nlink != 1) throw bad_target(path, "has a second name (a hard link)");
}

void check_beginning(const base::Path& path, int fd)
{
    constexpr std::string_view word = "From ";
    std::array<char, word.size()> beginning{};
    const auto got = ::pread(fd, beginning.data(), beginning.size(), 0);
    if (got < 0) throw base::SystemError{"read", path.native(), errno};
    if (got > 0 && std::string_view{beginning.data(), static_cast<std::size_t>(got)} != word)
        throw bad_target(path, "is not an mbox: it does not begin with \"From \"");
}

bool lock_whole(int fd, const base::Path& path)
{
    struct flock lock = {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    int result = -1;
#ifdef F_OFD_SETLK
    result = ::fcntl(fd, F_OFD_SETLK, &lock);
    if (result != 0 && errno == EINVAL) // before Linux 3.15
#endif
        result = ::fcntl(fd, F_SETLK, &lock);
    if (result == 0) return true;
    if (errno == EAGAIN || errno == EACCES || errno == EINTR) return false;
    throw base::SystemError{"lock", path.native(), errno};
}

// A different time each time, so that two who wait do not meet again.
void wait_a_little()
{
    constexpr int least = 5;
    constexpr int most = 60;
    thread_local std::minstd_rand random{std::random_device{}()};
    pollfd signal{base::wake_descriptor(), POLLIN, 0};
    (void)::poll(&signal, 1, std::uniform_int_distribution<int>{least, most}(random));
    base::throw_if_interrupted();
}

BadTarget busy(const base::Path& path, std::chrono::milliseconds waited)
{
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(waited).count();
    return BadTarget{base::ExitStatus::temporary, "lock.busy",
                     base::printable(path.native()) + ": still locked by another program after " +
                         std::to_string(seconds) + " s",
                     "if none is using it, remove " + base::printable(path.native() + ".lock")};
}

// A sandbox lets a run read the mbox that was there when it was entered. In the home folder one that came later can be
// written to, but not read: it is ours all the same, and a matter for the next run.
bool is_shut_out(const base::Path& path)
{
    return base::Sandbox::is_entered() &&
           ::faccessat(AT_FDCWD, path.c_str(), R_OK | W_OK, AT_EACCESS | AT_SYMLINK_NOFOLLOW) == 0;
}

BadTarget may_not_open(const base::Path& path)
{
    if (!is_shut_out(path)) return bad_target(path, "may not be written to");
    return BadTarget{base::ExitStatus::temporary, "delivery.replaced",
                     base::printable(path.native()) +
                         ": another program took it away or put a new one there after this run had confined itself",
                     "the next run delivers there"};
}

}

std::optional<MboxFile> MboxFile::open(const base::Path& path)
{
    // Looked at before it is opened: opening a device may do something. And again after: it may have been swapped.
    struct stat status = {};
    if (::lstat(path.c_str(), &status) != 0) {
        if (errno == ENOENT) return std::nullopt;
        throw base::SystemError{"open", path.native(), errno};
    }
    check(path, status);
    MboxFile file;
    file.fd = base::Fd{::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
    if (!file.fd) {
        if (errno == ENOENT) return std::nullopt;
        if (errno == EACCES) throw may_not_open(path);
        throw base::SystemError{"open", path.native(), errno};
    }
    if (::fstat(file.fd.get(), &status) != 0) throw base::SystemError{"look at", path.native(), errno};
    check(path, status);
    check_beginning(path, file.fd.get());
    file.device = status.st_dev;
    file.inode = status.st_ino;
    return file;
}

std::optional<MboxFile> MboxFile::create(const base::Path& path)
{
    {
        const base::Fd fd{::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
        if (!fd && errno == EEXIST) return std::nullopt;
        const int error = errno;
        // The kernel makes the file before it asks whether we may open it.
        if (!fd && error == EACCES && is_shut_out(path)) throw may_not_open(path);
        if (!fd) throw base::SystemError{"create", path.native(), error};
    }
    base::sync_folder(path.parent_path());
    return open(path);
}

LockedMbox::LockedMbox(const base::Path& path, std::chrono::milliseconds timeout, const std::string& mark) : path_{path}
{
    const auto begin = Clock::now();
    while (!try_to_lock(mark)) {
        if (Clock::now() - begin >= timeout) throw busy(path, timeout);
        wait_a_little();
    }
}

bool LockedMbox::try_to_lock(const std::string& mark)
{
    auto file = MboxFile::open(path_);
    if (!file) file = MboxFile::create(path_);
    if (!file || !lock_whole(file->fd.get(), path_)) return false;
    const auto attempt = dotlock_.take(path_, mark);
    if (attempt == Dotlock::Attempt::busy) return false;
    has_dotlock_ = attempt == Dotlock::Attempt::taken;
    // Another program may have put a new file in its place before we had both locks.
    struct stat now = {};
    if (::lstat(path_.c_str(), &now) == 0 && now.st_dev == file->device && now.st_ino == file->inode) {
        file_ = std::move(*file);
        return true;
    }
    dotlock_.give_back();
    return false;
}

std::uint64_t LockedMbox::size() const
{
    struct stat status = {};
    if (::fstat(fd(), &status) != 0) throw base::SystemError{"look at", path_.native(), errno};
    return static_cast<std::uint64_t>(status.st_size);
}

}
