#pragma once
// A signal that arrives while this thread waits, and that another thread takes: system calls here are not interrupted
// by it, so only what the handler wakes ends the wait. For use in a child process (child.hpp).

#include <csignal>
#include <fstream>
#include <string>
#include <thread>

#include <sys/syscall.h>
#include <unistd.h>

namespace popfetch::test {

class SignalFromElsewhere {
public:
    explicit SignalFromElsewhere(int signal)
    {
        sigset_t only;
        sigemptyset(&only);
        sigaddset(&only, signal);
        ::pthread_sigmask(SIG_BLOCK, &only, nullptr);
        const auto waiter = static_cast<pid_t>(::syscall(SYS_gettid));
        thread_ = std::thread{[only, signal, waiter] {
            ::pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
            while (is_busy(waiter)) std::this_thread::yield();
            ::kill(::getpid(), signal);
        }};
    }
    SignalFromElsewhere(const SignalFromElsewhere&) = delete;
    SignalFromElsewhere& operator=(const SignalFromElsewhere&) = delete;
    ~SignalFromElsewhere() { thread_.join(); }

private:
    /// False also where there is no /proc: then the signal may come before the wait, which must end all the same.
    static bool is_busy(pid_t thread)
    {
        std::ifstream file{"/proc/self/task/" + std::to_string(thread) + "/stat"};
        std::string state;
        std::getline(file, state);
        const auto end_of_name = state.rfind(") ");
        return end_of_name != std::string::npos && state.compare(end_of_name, 3, ") S") != 0;
    }

    std::thread thread_;
};

}
