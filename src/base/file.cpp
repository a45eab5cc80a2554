#include <popfetch/base/file.hpp>

#include <algorithm>
#include <cerrno>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <popfetch/base/error.hpp>
#include <popfetch/base/interrupt.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/base/random.hpp>

namespace popfetch::base {

namespace {

constexpr std::size_t read_at_once = 16'384;

[[noreturn]] void fail(std::string_view op, const Path& path, int error_number = errno)
{
    throw SystemError{op, path.native(), error_number};
}

// A call that a signal cut off before it did anything is made again.
template<typename Call>
auto without_eintr(Call call)
{
    auto result = call();
    while (result < 0 && errno == EINTR) result = call();
    return result;
}

// The descriptor was made non-blocking by whoever shares it with us (a terminal, a pipe on stdout).
void wait_until_writable(int fd)
{
    pollfd waiting[2] = {{fd, POLLOUT, 0}, {wake_descriptor(), POLLIN, 0}};
    (void)::poll(waiting, 2, -1);
    throw_if_interrupted();
}

int flush_to_disk(int fd)
{
#ifdef __APPLE__
    // fsync(2) there stops at the drive's cache.
    const int flushed = without_eintr([fd] { return ::fcntl(fd, F_FULLFSYNC); });
    return flushed == -1 && errno == ENOTSUP ? without_eintr([fd] { return ::fsync(fd); }) : flushed;
#else
    return without_eintr([fd] { return ::fdatasync(fd); });
#endif
}

Path folder_of(const Path& path) { return path.has_parent_path() ? path.parent_path() : Path{"."}; }

bool is_folder(const Path& path)
{
    struct stat status = {};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

// Takes a file away unless it was kept.
class Leftover {
public:
    explicit Leftover(const Path& path) : path_{path} {}
    Leftover(const Leftover&) = delete;
    Leftover& operator=(const Leftover&) = delete;
    ~Leftover()
    {
        if (!kept_) ::unlink(path_.c_str());
    }
    void keep() noexcept { kept_ = true; }

private:
    const Path& path_;
    bool kept_ = false;
};

}

Fd open_file(const Path& path, int flags, mode_t mode)
{
    Fd fd{without_eintr([&] { return ::open(path.c_str(), flags | O_CLOEXEC, mode); })};
    if (!fd) fail((flags & O_CREAT) != 0 ? "create" : "open", path);
    return fd;
}

void write_all(int fd, std::string_view bytes, const Path& path)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EINTR) {
            throw_if_interrupted(); // it waited for a reader that may never come
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            wait_until_writable(fd);
        } else {
            fail("write to", path);
        }
    }
}

void write_all_at(int fd, std::string_view bytes, std::uint64_t offset, const Path& path)
{
    while (!bytes.empty()) {
        const auto written =
            without_eintr([&] { return ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
        if (written < 0) fail("write to", path);
        bytes.remove_prefix(static_cast<std::size_t>(written));
        offset += static_cast<std::uint64_t>(written);
    }
}

void sync_file(int fd, const Path& path)
{
    if (flush_to_disk(fd) != 0) fail("sync", path);
}

void sync_folder(const Path& folder)
{
    const Fd fd = open_file(folder, O_RDONLY | O_DIRECTORY);
    if (without_eintr([&] { return ::fsync(fd.get()); }) == 0) return;
    // Some network and FUSE file systems know no fsync of a folder and say so; their names are durable or never are.
    if (errno != EINVAL) fail("sync", folder);
}

void start_write_back([[maybe_unused]] int fd) noexcept
{
#ifdef __linux__
    (void)::sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
#endif
}

void wait_for_write_back([[maybe_unused]] int fd) noexcept
{
#ifdef __linux__
    (void)::sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
#endif
}

void create_folders(const Path& folder)
{
    Path made;
    for (const Path& part : folder) {
        made /= part;
        if (is_folder(made)) continue;
        if (::mkdir(made.c_str(), 0700) == 0) {
            sync_folder(folder_of(made));
            continue;
        }
        const int error_number = errno;
        const bool made_by_another = error_number == EEXIST && is_folder(made);
        if (!made_by_another) fail("create", made, error_number);
    }
}

std::string read_file(const Path& path, std::size_t limit)
{
    const Fd fd = open_file(path, O_RDONLY);
    return read_all(fd.get(), path, limit);
}

std::string read_all(int fd, const Path& path, std::size_t limit)
{
    std::string text;
    for (;;) {
        const std::size_t held = text.size();
        if (held > limit) {
            throw Error{ExitStatus::data, "file.too_large",
                        printable(path.native(), 1000) + ": larger than " + std::to_string(limit) + " octets"};
        }
        text.resize(held + read_at_once);
        const ssize_t got = ::read(fd, text.data() + held, read_at_once);
        const int error_number = errno;
        text.resize(held + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        if (got == 0) return text;
        if (got < 0 && error_number != EINTR) fail("read", path, error_number);
        if (got < 0) throw_if_interrupted(); // it waited for a writer that may never come
    }
}

void replace_file(const Path& path, std::string_view bytes, mode_t mode)
{
    const Path fresh = folder_of(path) / ("." + path.filename().native() + "." + random_hex(8));
    Fd fd = open_file(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    Leftover leftover{fresh};
    if (::fchmod(fd.get(), mode) != 0) fail("create", path); // exactly this mode, whatever the umask
    write_all(fd.get(), bytes, path);
    sync_file(fd.get(), path);
    if (const int error_number = fd.close(); error_number != 0) fail("write to", path, error_number);
    if (::rename(fresh.c_str(), path.c_str()) != 0) fail("create", path);
    leftover.keep();
    sync_folder(folder_of(path));
}

}
