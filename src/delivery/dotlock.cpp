#include "dotlock.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/xattr.h>
#endif

#include <popfetch/base/error.hpp>
#include <popfetch/base/number.hpp>

#include "names.hpp"

namespace popfetch::delivery {

namespace {

constexpr std::chrono::minutes stale_after{5};
constexpr std::string_view our_word = "popfetch";
constexpr std::size_t longest_content = 256;
[[maybe_unused]] constexpr const char* attribute = "user.popfetch.lock";

base::Path lock_of(const base::Path& mbox) { return mbox.native() + ".lock"; }

base::Path temporary_of(const base::Path& mbox, const std::string& mark)
{
    return mbox.parent_path() / ("." + mbox.filename().native() + ".lock." + mark);
}

bool same_file(const struct stat& a, const struct stat& b) { return a.st_dev == b.st_dev && a.st_ino == b.st_ino; }

bool may_not(int error) { return error == EACCES || error == EPERM || error == EROFS || error == ENAMETOOLONG; }

// The file that becomes the lock when it is linked. Its own name goes whatever happens.
class Temporary {
public:
    explicit Temporary(base::Path path) : path_{std::move(path)}
    {
        ::unlink(path_.c_str());
        fd_ = base::Fd{::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644)};
        if (!fd_ && !may_not(errno)) throw base::SystemError{"create", path_.native(), errno};
        if (!fd_) return;
        ::flock(fd_.get(), LOCK_EX | LOCK_NB); // is_writer_dead() asks for it
        write();
    }
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;
    ~Temporary() { remove(); }

    /// The open file, locked as long as it is.
    base::Fd take_over() noexcept
    {
        remove();
        return std::move(fd_);
    }
    bool exists() const noexcept { return static_cast<bool>(fd_); }
    const base::Path& path() const noexcept { return path_; }
    struct stat status() const
    {
        struct stat status = {};
        if (::fstat(fd_.get(), &status) != 0) throw base::SystemError{"look at", path_.native(), errno};
        return status;
    }

private:
    void write()
    {
        const auto content = std::to_string(::getpid()) + " " + this_host() + " " + std::string{our_word} + "\n";
        try {
            base::write_all(fd_.get(), content, path_);
#ifdef __linux__
            (void)::fsetxattr(fd_.get(), attribute, content.data(), content.size(), 0);
#endif
        } catch (...) {
            remove();
            throw;
        }
    }
    void remove() noexcept
    {
        if (fd_) ::unlink(path_.c_str());
    }

    base::Path path_;
    base::Fd fd_;
};

// The kernel gives a lock back when its process ends, however it ends. A process number says less: another program may
// have it by now, and live for years. Nothing where the file system cannot tell.
std::optional<bool> is_writer_dead(const base::Path& lock)
{
    const base::Fd fd{::open(lock.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
    if (!fd) return std::nullopt;
    if (::flock(fd.get(), LOCK_SH | LOCK_NB) == 0) return true;
    return errno == EWOULDBLOCK ? std::optional{false} : std::nullopt;
}

struct Writer {
    std::optional<pid_t> pid;
    std::string host;
    bool is_popfetch = false;
};

// What a lock says that we may not open: a sandbox does not keep attributes from us. Empty where it has none.
std::string content_of_closed([[maybe_unused]] const base::Path& lock)
{
    std::string content(longest_content, '\0');
    ssize_t octets = -1;
#ifdef __linux__
    octets = ::lgetxattr(lock.c_str(), attribute, content.data(), content.size());
#endif
    content.resize(static_cast<std::size_t>(std::max<ssize_t>(octets, 0)));
    return content;
}

// Nothing when it is gone, or not for us to read.
std::optional<Writer> writer_of(const base::Path& lock)
{
    std::string content;
    try {
        content = base::read_file(lock, longest_content);
    } catch (const base::Error&) {
        content = content_of_closed(lock);
        if (content.empty()) return std::nullopt;
    }
    std::string_view words = content;
    const auto next = [&words] {
        const auto word = words.substr(0, words.find_first_of(" \n"));
        words.remove_prefix(std::min(words.size(), word.size() + 1));
        return word;
    };
    Writer writer;
    if (const auto pid = base::parse_number<std::uint32_t>(next(), 1, 1U << 30)) writer.pid = static_cast<pid_t>(*pid);
    writer.host = next();
    writer.is_popfetch = next() == our_word;
    return writer;
}

// `now` was written a moment ago, so that the age is told by the file system's clock alone.
bool is_stale(const base::Path& lock, const struct stat& status, const struct stat& now)
{
    const auto writer = writer_of(lock);
    if (!writer || (!writer->host.empty() && writer->host != this_host())) return false;
    const bool is_popfetch = writer->pid && writer->is_popfetch;
    if (is_popfetch)
        if (const auto dead = is_writer_dead(lock)) return *dead;
    if (is_popfetch && *writer->pid == ::getpid()) return true; // one that could not be removed
    if (writer->pid && (::kill(*writer->pid, 0) == 0 || errno != ESRCH)) return false;
    if (is_popfetch) return true;
    return std::chrono::seconds{now.st_mtime - status.st_mtime} > stale_after;
}

}

Dotlock::Attempt Dotlock::take(const base::Path& mbox, const std::string& mark)
{
    path_ = lock_of(mbox);
    Temporary temporary{temporary_of(mbox, mark)};
    if (!temporary.exists()) return Attempt::impossible;
    for (int attempt = 0; attempt < 2; ++attempt) {
        const int error = ::link(temporary.path().c_str(), path_.c_str()) == 0 ? 0 : errno;
        const auto mine = temporary.status();
        if (mine.st_nlink == 2) {
            held_ = mine;
            fd_ = temporary.take_over();
            return Attempt::taken;
        }
        if (may_not(error) || error == ENOTSUP) return Attempt::impossible;
        struct stat theirs = {};
        if (::lstat(path_.c_str(), &theirs) != 0) continue; // given back just now
        if (!is_stale(path_, theirs, mine)) return Attempt::busy;
        struct stat again = {};
        if (::lstat(path_.c_str(), &again) == 0 && same_file(theirs, again)) ::unlink(path_.c_str());
    }
    return Attempt::busy;
}

void Dotlock::give_back() noexcept
{
    struct stat now = {};
    if (held_ && ::lstat(path_.c_str(), &now) == 0 && same_file(now, *held_)) ::unlink(path_.c_str());
    held_.reset();
    fd_ = {};
}

bool Dotlock::exists(const base::Path& mbox) noexcept
{
    struct stat status = {};
    return ::lstat(lock_of(mbox).c_str(), &status) == 0;
}

void Dotlock::clear(const base::Path& mbox, const std::string& mark) noexcept
{
    ::unlink(temporary_of(mbox, mark).c_str());
}

}
