#include <popfetch/base/interrupt.hpp>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <initializer_list>

#include <fcntl.h>
#include <unistd.h>

#include <popfetch/base/error.hpp>

namespace popfetch::base {

namespace {

std::atomic<int> arrived{0};
std::atomic<int> wake_read{-1};
std::atomic<int> wake_write{-1};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may not wait for a lock");

extern "C" void on_interrupt(int signal)
{
    int none = 0;
    if (!arrived.compare_exchange_strong(none, signal)) ::_exit(static_cast<int>(status_of_signal(signal)));
    const int kept = errno;
    // The pipe is never read, so it stays readable for everybody who waits.
    [[maybe_unused]] const ssize_t written = ::write(wake_write.load(), "!", 1);
    errno = kept;
}

extern "C" void on_write_error(int) {} // the write that caused it returns EPIPE or EFBIG

void install(int signal, void (*handler)(int))
{
    struct sigaction action = {};
    action.sa_handler = handler;
    ::sigemptyset(&action.sa_mask);
    if (::sigaction(signal, &action, nullptr) != 0) throw SystemError{"catch", "signals", errno};
}

// nohup(1), and shells for their background jobs, start us with a signal ignored: that is somebody's wish.
bool is_ignored(int signal)
{
    struct sigaction action = {};
    return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

void make_wake_pipe()
{
    int ends[2];
    if (::pipe(ends) != 0) throw SystemError{"make", "a pipe", errno};
    for (const int end : ends) { // pipe2(2) would do it in one call; macOS has none, and no thread runs yet
        ::fcntl(end, F_SETFD, FD_CLOEXEC);
        ::fcntl(end, F_SETFL, O_NONBLOCK);
    }
    wake_read = ends[0];
    wake_write = ends[1];
}

}

void catch_signals()
{
    if (wake_read >= 0) return;
    make_wake_pipe();
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        if (!is_ignored(signal)) install(signal, on_interrupt);
    }
    // A handler that does nothing, and not SIG_IGN: exec gives the programs that we start their default back.
    for (const int signal : {SIGPIPE, SIGXFSZ}) install(signal, on_write_error);
}

int interrupt_signal() noexcept { return arrived.load(); }

void throw_if_interrupted()
{
    if (const int signal = interrupt_signal(); signal != 0) throw Interrupted{signal};
}

int wake_descriptor() noexcept { return wake_read.load(); }

}
