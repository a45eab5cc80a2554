#include "child.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <thread>

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "failure.hpp"
#include "socket_stream.hpp"

extern char** environ;

namespace popfetch::net {

namespace {

constexpr std::size_t most_kept = std::size_t{64} * 1024;
constexpr std::chrono::milliseconds grace_after_term{500};

/// Above 2, so that the child's dup2 onto 0, 1 and 2 cannot hit it when we ourselves were started without those.
base::Fd above_standard(int descriptor)
{
    base::Fd low{descriptor};
    return descriptor > 2 ? std::move(low) : base::Fd{fcntl(descriptor, F_DUPFD_CLOEXEC, 3)};
}

struct Actions {
    Actions() { posix_spawn_file_actions_init(&value); }
    Actions(const Actions&) = delete;
    Actions& operator=(const Actions&) = delete;
    ~Actions() { posix_spawn_file_actions_destroy(&value); }
    posix_spawn_file_actions_t value;
};

/// Signals as a program expects them: nothing blocked, nothing ignored; a group of its own.
struct Attributes {
    Attributes()
    {
        sigset_t none, ours;
        sigemptyset(&none);
        sigemptyset(&ours);
        for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ}) sigaddset(&ours, signal);
        posix_spawnattr_init(&value);
        posix_spawnattr_setsigmask(&value, &none);
        posix_spawnattr_setsigdefault(&value, &ours);
        posix_spawnattr_setpgroup(&value, 0);
        posix_spawnattr_setflags(&value, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;
    ~Attributes() { posix_spawnattr_destroy(&value); }
    posix_spawnattr_t value;
};

pid_t spawn(const std::vector<std::string>& argv, int socket, int errors, const std::string& peer)
{
    std::vector<char*> arguments;
    for (const auto& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    Actions actions;
    posix_spawn_file_actions_adddup2(&actions.value, socket, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions.value, socket, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions.value, errors, STDERR_FILENO);
    const Attributes attributes;
    pid_t pid = -1;
    const int error_number =
        argv.empty() ? EINVAL
                     : posix_spawnp(&pid, arguments[0], &actions.value, &attributes.value, arguments.data(), environ);
    if (error_number == 0) return pid;
    throw temporary("net.proxy", peer, "cannot run the tunnel command: " + words(error_number), "check proxy.command");
}

/// Without reaping it, so that its process id stays its own.
siginfo_t look_at(pid_t pid)
{
    siginfo_t info{};
    waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT);
    return info;
}

}

Child::Child(const std::vector<std::string>& argv, const std::string& peer)
{
    std::array<int, 2> sockets{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0)
        throw failure(peer, errno, "socketpair");
    socket_ = above_standard(sockets[0]);
    const base::Fd theirs = above_standard(sockets[1]);
    std::array<int, 2> pipe{};
    if (pipe2(pipe.data(), O_CLOEXEC) != 0) throw failure(peer, errno, "pipe");
    complaints_ = above_standard(pipe[0]);
    const base::Fd errors = above_standard(pipe[1]);
    if (!socket_ || !theirs || !complaints_ || !errors) throw failure(peer, EMFILE, "the tunnel command");
    make_non_blocking(socket_.get());
    make_non_blocking(complaints_.get());
    pid_ = spawn(argv, theirs.get(), errors.get(), peer);
}

Child::~Child()
{
    if (pid_ <= 0) return;
    socket_.reset(); // most end by themselves at the end of their input
    kill(-pid_, SIGTERM);
    wait_for_end(grace_after_term);
    kill(-pid_, SIGKILL); // also what the program has left behind in its group
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void Child::take_complaints()
{
    char bytes[4096];
    while (complaints_) {
        const auto count = read(complaints_.get(), bytes, sizeof bytes);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno == EAGAIN) return;
        if (count <= 0) return complaints_.reset();
        said_.append(bytes, std::min(static_cast<std::size_t>(count), most_kept - said_.size()));
    }
}

std::optional<std::string> Child::ending() const
{
    const auto info = look_at(pid_);
    if (info.si_pid == 0) return std::nullopt;
    return (info.si_code == CLD_EXITED ? "status " : "signal ") + std::to_string(info.si_status);
}

bool Child::ended_well() const
{
    const auto info = look_at(pid_);
    return info.si_pid != 0 && info.si_code == CLD_EXITED && info.si_status == 0;
}

/// Only a destructor waits so, and for half a second at most; a signal that wakes us early does not matter.
bool Child::wait_for_end(std::chrono::milliseconds grace) const
{
    const auto end = std::chrono::steady_clock::now() + grace;
    for (auto pause = std::chrono::milliseconds{1}; std::chrono::steady_clock::now() < end; pause *= 2) {
        if (ending()) return true;
        std::this_thread::sleep_for(pause);
    }
    return ending().has_value();
}

}
