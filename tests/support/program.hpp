#pragma once
// A real program (a proxy, a server) that runs while a test needs it. It gets a process group of its own and ends with
// this object, with all that it has started.

#include <chrono>
#include <csignal>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <popfetch/base/fd.hpp>

namespace popfetch::test {

class Program {
public:
    /// Nothing when it is not installed. Looked up in PATH and in the folders for daemons.
    static std::optional<Program> start(std::vector<std::string> argv)
    {
        for (const std::string folder : {"", "/usr/sbin/", "/usr/local/sbin/", "/sbin/"}) {
            if (const pid_t pid = spawn(folder + argv[0], argv); pid > 0) return Program{pid};
        }
        return std::nullopt;
    }
    Program(Program&& other) noexcept : pid_{std::exchange(other.pid_, -1)} {}
    Program& operator=(Program&&) = delete;
    ~Program()
    {
        if (pid_ <= 0) return;
        ::kill(-pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

    pid_t pid() const { return pid_; }

private:
    explicit Program(pid_t pid) : pid_{pid} {}

    static pid_t spawn(const std::string& file, std::vector<std::string>& argv)
    {
        std::vector<char*> arguments;
        for (auto& argument : argv) arguments.push_back(argument.data());
        arguments.push_back(nullptr);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0);
        }
        posix_spawnattr_t attributes;
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setpgroup(&attributes, 0);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
        pid_t pid = -1;
        const int failed = ::posix_spawnp(&pid, file.c_str(), &actions, &attributes, arguments.data(), environ);
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
        return failed == 0 ? pid : -1;
    }

    pid_t pid_;
};

/// Whether somebody listens on this port of 127.0.0.1, or comes to within some seconds.
inline bool answers(std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    for (int tries = 0; tries < 2000; ++tries) {
        const base::Fd socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
        if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{5}); // a pause between two looks, no promise in it
    }
    return false;
}

}
