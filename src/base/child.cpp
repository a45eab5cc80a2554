#include <popfetch/base/child.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <thread>

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

#include <popfetch/base/error.hpp>

extern char** environ; // NOLINT(readability-redundant-declaration): POSIX declares it nowhere, glibc does

namespace popfetch::base {

namespace {

using namespace std::chrono_literals;

constexpr int first_free_fd = 3;

// Never one of the three standard numbers, so that dup2 onto those cannot hit it.
Fd above_standard(Fd fd)
{
    if (!fd || fd.get() >= first_free_fd) return fd;
    return Fd{::fcntl(fd.get(), F_DUPFD_CLOEXEC, first_free_fd)};
}

Fd standard_stream(int descriptor)
{
    Fd fd{descriptor < 0 ? ::open("/dev/null", O_RDWR | O_CLOEXEC)
                         : ::fcntl(descriptor, F_DUPFD_CLOEXEC, first_free_fd)};
    fd = above_standard(std::move(fd));
    if (!fd) throw SystemError{"pass on", "a descriptor", errno};
    return fd;
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts)
{
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (const auto& text : texts) pointers.push_back(const_cast<char*>(text.c_str())); // execve(2) never writes there
    pointers.push_back(nullptr);
    return pointers;
}

// No handler of ours may run in the child before exec: it would speak to the parent through shared descriptors.
class SignalsHeldBack {
public:
    SignalsHeldBack() noexcept
    {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    SignalsHeldBack(const SignalsHeldBack&) = delete;
    SignalsHeldBack& operator=(const SignalsHeldBack&) = delete;
    ~SignalsHeldBack() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
};

// Between fork and exec of a process with threads only async-signal-safe calls are allowed: everything that takes
// memory was made before.
struct Prepared {
    const char* file;
    char* const* argv;
    char* const* environment;
    const User* user;
    int input, output, errors, trouble;
    bool own_group;
};

void forget_signals()
{
    for (int signal = 1; signal < NSIG; ++signal) (void)::signal(signal, SIG_DFL); // an ignored one would stay ignored
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool connect(const Prepared& prepared)
{
    return ::dup2(prepared.input, STDIN_FILENO) >= 0 && ::dup2(prepared.output, STDOUT_FILENO) >= 0 &&
           ::dup2(prepared.errors, STDERR_FILENO) >= 0;
}

bool drop_rights(const User& user)
{
    return ::setgroups(user.groups.size(), user.groups.data()) == 0 && ::setgid(user.gid) == 0 &&
           ::setuid(user.uid) == 0 && ::setuid(0) != 0 && (::chdir(user.home.c_str()) == 0 || ::chdir("/") == 0);
}

[[noreturn]] void become(const Prepared& prepared)
{
    if (prepared.own_group) ::setpgid(0, 0);
    forget_signals();
    const bool ready = connect(prepared);
#ifdef SYS_close_range
    constexpr unsigned on_exec = 4; // CLOSE_RANGE_CLOEXEC: also what a library or our parent opened
    ::syscall(SYS_close_range, static_cast<unsigned>(first_free_fd), ~0U, on_exec);
#endif
    if (ready && (prepared.user == nullptr || drop_rights(*prepared.user)))
        ::execve(prepared.file, prepared.argv, prepared.environment);
    const int error = errno;
    [[maybe_unused]] const auto told = ::write(prepared.trouble, &error, sizeof error);
    ::_exit(127);
}

pid_t start(const Prepared& prepared)
{
    const SignalsHeldBack quiet;
    const auto pid = ::fork();
    if (pid == 0) become(prepared);
    return pid;
}

// Nothing when the program runs: its end of the pipe was closed by exec.
int trouble_in(int pipe)
{
    int error = 0;
    ssize_t count = 0;
    while ((count = ::read(pipe, &error, sizeof error)) < 0 && errno == EINTR) {
    }
    return count == sizeof error ? error : 0;
}

Fd watch([[maybe_unused]] pid_t child)
{
#ifdef SYS_pidfd_open
    return Fd{static_cast<int>(::syscall(SYS_pidfd_open, child, 0))}; // closes on exec by itself
#else
    return {};
#endif
}

void reap(pid_t child) noexcept
{
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
}

}

Pipe::Pipe()
{
    std::array<int, 2> ends{};
#ifdef __linux__
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw SystemError{"make", "a pipe", errno};
#else
    if (::pipe(ends.data()) != 0) throw SystemError{"make", "a pipe", errno};
    for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
#endif
    read = above_standard(Fd{ends[0]});
    write = above_standard(Fd{ends[1]});
    if (!read || !write) throw SystemError{"make", "a pipe", errno};
}

std::string_view search_path()
{
    const char* const path = std::getenv("PATH");
    return path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : std::string_view{path};
}

std::optional<Path> find_program(const std::string& name, std::string_view search)
{
    const auto runs = [](const Path& path) {
        std::error_code error;
        return std::filesystem::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
    };
    if (name.find('/') != std::string::npos) return runs(name) ? std::optional{Path{name}} : std::nullopt;
    while (!search.empty()) {
        const auto folder = search.substr(0, search.find(':'));
        search.remove_prefix(std::min(search.size(), folder.size() + 1));
        if (!folder.starts_with('/')) continue;
        if (auto path = Path{folder} / name; runs(path)) return path;
    }
    return std::nullopt;
}

std::vector<std::string> our_environment()
{
    std::vector<std::string> variables;
    for (char** each = environ; each != nullptr && *each != nullptr; ++each) variables.emplace_back(*each);
    return variables;
}

Child::Child(const Program& program) : own_group_{program.own_group}
{
    const auto input = standard_stream(program.input), output = standard_stream(program.output),
               errors = standard_stream(program.errors);
    const auto argv = pointers_to(program.argv), environment = pointers_to(program.environment);
    Pipe trouble;
    pid_ = start({program.file.c_str(), argv.data(), environment.data(), program.user, input.get(), output.get(),
                  errors.get(), trouble.write.get(), program.own_group});
    if (pid_ < 0) throw SystemError{"start", program.file.native(), errno};
    if (own_group_) ::setpgid(pid_, pid_); // in both processes: whoever is first
    trouble.write.reset();
    if (const int error = trouble_in(trouble.read.get())) {
        reap(pid_);
        throw SystemError{"start", program.file.native(), error};
    }
    end_ = watch(pid_);
}

Child::~Child()
{
    if (pid_ < 0) return;
    if (!ending()) ::kill(own_group_ ? -pid_ : pid_, SIGKILL);
    reap(pid_);
}

// Without reaping it, so that its process id stays its own.
std::optional<Child::Ending> Child::ending() const noexcept
{
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) < 0 && errno == EINTR) {
    }
    if (info.si_pid == 0) return std::nullopt;
    return Ending{info.si_code != CLD_EXITED, info.si_status};
}

std::chrono::milliseconds Child::poll_time(std::chrono::milliseconds left) const noexcept
{
    return std::clamp<std::chrono::milliseconds>(left, 0ms, end_ ? std::chrono::milliseconds{1h} : 20ms);
}

bool Child::wait_until(std::chrono::steady_clock::time_point time) const noexcept
{
    while (!ending()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(time - std::chrono::steady_clock::now());
        if (left.count() <= 0) return false;
        pollfd end{end_.get(), POLLIN, 0};
        (void)::poll(&end, 1, static_cast<int>(poll_time(left).count()));
    }
    return true;
}

// NOLINTNEXTLINE(readability-make-member-function-const): what it changes is the child
void Child::end(std::chrono::milliseconds grace) noexcept
{
    if (pid_ < 0) return;
    const auto whom = own_group_ ? -pid_ : pid_;
    ::kill(whom, SIGTERM);
    wait_until(std::chrono::steady_clock::now() + grace);
    ::kill(whom, SIGKILL);
    wait_until(std::chrono::steady_clock::time_point::max());
}

}
