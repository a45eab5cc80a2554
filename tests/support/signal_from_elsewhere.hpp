#pragma once
// A signal that arrives while this thread waits, and that another thread takes: system calls here are not interrupted
// by it, so only what the handler wakes ends the wait. For use in a child process (child.hpp).

#include <csignal>
#include <thread>

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
        thread_ = std::thread{[only, signal] {
            ::pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
            ::kill(::getpid(), signal);
        }};
    }
    SignalFromElsewhere(const SignalFromElsewhere&) = delete;
    SignalFromElsewhere& operator=(const SignalFromElsewhere&) = delete;
    ~SignalFromElsewhere() { thread_.join(); }

private:
    std::thread thread_;
};

}
