#include "child.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

#include <popfetch/base/error.hpp>
#include <popfetch/base/interrupt.hpp>

namespace popfetch::delivery {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t most_output = 64 * 1024;
constexpr auto after_signal = 2s; // what an interrupted run may still take
constexpr auto after_term = 2s;   // before SIGKILL
constexpr int first_free_fd = 3;

struct Pipe {
    base::Fd read, write;
};

// Never one of the three standard numbers, whatever the caller had closed.
base::Fd above_standard(base::Fd fd)
{
    if (!fd || fd.get() >= first_free_fd) return fd;
    return base::Fd{::fcntl(fd.get(), F_DUPFD_CLOEXEC, first_free_fd)};
}

Pipe make_pipe()
{
    std::array<int, 2> ends{};
#ifdef __linux__
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw base::SystemError{"make", "a pipe", errno};
#else
    if (::pipe(ends.data()) != 0) throw base::SystemError{"make", "a pipe", errno};
    for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
#endif
    Pipe pipe{above_standard(base::Fd{ends[0]}), above_standard(base::Fd{ends[1]})};
    if (!pipe.read || !pipe.write) throw base::SystemError{"make", "a pipe", errno};
    return pipe;
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts)
{
    std::vector<char*> pointers;
    for (const auto& text : texts) pointers.push_back(const_cast<char*>(text.c_str())); // execve(2) never writes there
    pointers.push_back(nullptr);
    return pointers;
}

// Between fork and exec of a process with threads only async-signal-safe calls are allowed: everything that takes
// memory was made before.
struct Prepared {
    const char* program;
    char* const* argv;
    char* const* environment;
    const User* user;
    int input, output, error;
};

bool drop_rights(const User& user)
{
    return ::setgroups(user.groups.size(), user.groups.data()) == 0 && ::setgid(user.gid) == 0 &&
           ::setuid(user.uid) == 0 && ::setuid(0) != 0 && (::chdir(user.home.c_str()) == 0 || ::chdir("/") == 0);
}

[[noreturn]] void become(const Prepared& prepared)
{
    ::setpgid(0, 0);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    const bool ready = ::dup2(prepared.input, STDIN_FILENO) >= 0 && ::dup2(prepared.output, STDOUT_FILENO) >= 0 &&
                       ::dup2(prepared.output, STDERR_FILENO) >= 0;
#ifdef SYS_close_range
    constexpr unsigned on_exec = 4; // CLOSE_RANGE_CLOEXEC: also what a library opened without telling us
    ::syscall(SYS_close_range, static_cast<unsigned>(first_free_fd), ~0U, on_exec);
#endif
    if (ready && (prepared.user == nullptr || drop_rights(*prepared.user)))
        ::execve(prepared.program, prepared.argv, prepared.environment);
    const int error = errno;
    [[maybe_unused]] const auto told = ::write(prepared.error, &error, sizeof error);
    ::_exit(127);
}

// A descriptor that is readable when the child has ended, or none on old systems.
base::Fd watch(pid_t child)
{
#ifdef SYS_pidfd_open
    base::Fd fd{static_cast<int>(::syscall(SYS_pidfd_open, child, 0))};
    if (fd) ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
    return fd;
#else
    (void)child;
    return {};
#endif
}

class Child {
public:
    Child(pid_t pid, base::Fd output) : pid_{pid}, output_{std::move(output)}, ended_{watch(pid)}
    {
        ::fcntl(output_.get(), F_SETFL, O_NONBLOCK);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child()
    {
        if (!status_) kill_group();
    }

    /// False when it is still running at that time, or when a signal has come and `heed_signals`.
    bool wait_until(Clock::time_point deadline, bool heed_signals);
    /// Asks, waits a moment, and then does not ask.
    void kill_group();

    int status() const { return *status_; }
    std::string take_output() { return std::move(text_); }

private:
    bool has_ended();
    void read_output();

    pid_t pid_;
    base::Fd output_;
    base::Fd ended_;
    std::optional<int> status_;
    std::string text_;
};

bool Child::has_ended()
{
    int status = 0;
    if (!status_ && ::waitpid(pid_, &status, WNOHANG) == pid_) status_ = status;
    return status_.has_value();
}

// At most what a pipe holds: a grandchild may go on writing for ever.
void Child::read_output()
{
    std::array<char, 8192> piece{};
    for (std::size_t taken = 0; output_ && taken < most_output;) {
        const auto got = ::read(output_.get(), piece.data(), piece.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) return output_.reset();
        taken += static_cast<std::size_t>(got);
        text_.append(piece.data(), static_cast<std::size_t>(got));
        if (text_.size() > 2 * most_output) text_.erase(0, text_.size() - most_output);
    }
}

bool Child::wait_until(Clock::time_point deadline, bool heed_signals)
{
    constexpr auto without_watch = 20ms;
    while (!has_ended()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        if (left <= 0ms || (heed_signals && base::interrupt_signal() != 0)) return false;
        const auto wait = std::min<std::chrono::milliseconds>(left, ended_ ? 1h : without_watch);
        std::array<pollfd, 3> waiting{pollfd{output_.get(), POLLIN, 0}, pollfd{ended_.get(), POLLIN, 0},
                                      pollfd{heed_signals ? base::wake_descriptor() : -1, POLLIN, 0}};
        (void)::poll(waiting.data(), waiting.size(), static_cast<int>(wait.count()));
        read_output();
    }
    read_output();
    return true;
}

void Child::kill_group()
{
    ::kill(-pid_, SIGTERM);
    const bool gone = wait_until(Clock::now() + after_term, false);
    ::kill(-pid_, SIGKILL); // the group may outlive its leader
    if (gone) return;
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    status_ = status;
}

Ending ending_of(int status)
{
    if (WIFSIGNALED(status)) return {Ending::Kind::signalled, WTERMSIG(status), {}};
    return {Ending::Kind::exited, WEXITSTATUS(status), {}};
}

}

std::optional<User> User::find(const std::string& name)
{
    std::vector<char> buffer(64 * 1024);
    passwd entry = {};
    passwd* found = nullptr;
    if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return std::nullopt;
    User user{name, found->pw_dir, found->pw_shell, found->pw_uid, found->pw_gid, {}};
    int count = 64;
    user.groups.resize(static_cast<std::size_t>(count));
    while (::getgrouplist(name.c_str(), user.gid, user.groups.data(), &count) < 0)
        user.groups.resize(static_cast<std::size_t>(count));
    user.groups.resize(static_cast<std::size_t>(count));
    return user;
}

std::optional<base::Path> find_program(const std::string& name, std::string_view search)
{
    const auto runs = [](const base::Path& path) {
        std::error_code error;
        return std::filesystem::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
    };
    if (name.find('/') != std::string::npos) return runs(name) ? std::optional{base::Path{name}} : std::nullopt;
    while (!search.empty()) {
        const auto folder = search.substr(0, search.find(':'));
        search.remove_prefix(std::min(search.size(), folder.size() + 1));
        if (!folder.starts_with('/')) continue; // FAULTS C10: where we happen to stand decides nothing
        if (auto path = base::Path{folder} / name; runs(path)) return path;
    }
    return std::nullopt;
}

Ending run(const Command& command)
{
    auto output = make_pipe();
    auto error = make_pipe();
    const auto argv = pointers_to(command.argv);
    const auto environment = pointers_to(command.environment);
    const base::Fd input{::fcntl(command.input, F_DUPFD_CLOEXEC, first_free_fd)};
    const Prepared prepared{command.program.c_str(),
                            argv.data(),
                            environment.data(),
                            command.user ? &*command.user : nullptr,
                            input.get(),
                            output.write.get(),
                            error.write.get()};
    const auto pid = ::fork();
    if (pid < 0) throw base::SystemError{"start", command.program.native(), errno};
    if (pid == 0) become(prepared);
    ::setpgid(pid, pid); // in both processes: whoever is first
    output.write.reset();
    error.write.reset();

    Child child{pid, std::move(output.read)};
    int why = 0;
    ssize_t told = 0;
    while ((told = ::read(error.read.get(), &why, sizeof why)) < 0 && errno == EINTR) {
    }
    const auto deadline = Clock::now() + command.timeout;
    if (!child.wait_until(deadline, true)) {
        const bool interrupted = base::interrupt_signal() != 0;
        if (!interrupted || !child.wait_until(std::min(deadline, Clock::now() + after_signal), false)) {
            child.kill_group();
            base::throw_if_interrupted();
            return {Ending::Kind::timed_out, 0, child.take_output()};
        }
    }
    auto ending = told == sizeof why ? Ending{Ending::Kind::not_started, why, {}} : ending_of(child.status());
    ending.output = child.take_output();
    return ending;
}

}
