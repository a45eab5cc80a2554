#include "program_run.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <popfetch/base/error.hpp>
#include <popfetch/base/interrupt.hpp>

namespace popfetch::delivery {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t most_output = std::size_t{64} * 1024;
constexpr auto after_signal = 2s; // what an interrupted run may still take
constexpr auto after_term = 2s;   // before SIGKILL

// A running program and what it has said so far.
class Listener {
public:
    Listener(const base::Program& program, base::Fd output) : child_{program}, output_{std::move(output)}
    {
        ::fcntl(output_.get(), F_SETFL, O_NONBLOCK);
    }

    /// False when it is still running at that time, or when a signal has come and `heed_signals`.
    bool wait_until(Clock::time_point deadline, bool heed_signals);
    void end() noexcept { child_.end(after_term); }

    base::Child::Ending ending() const { return *child_.ending(); }
    std::string take_output()
    {
        read_output();
        return std::move(text_);
    }

private:
    void read_output();

    base::Child child_;
    base::Fd output_;
    std::string text_;
};

// At most what a pipe holds: a grandchild may go on writing for ever.
void Listener::read_output()
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

bool Listener::wait_until(Clock::time_point deadline, bool heed_signals)
{
    while (!child_.ending()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        if (left.count() <= 0 || (heed_signals && base::interrupt_signal() != 0)) return false;
        std::array<pollfd, 3> waiting{pollfd{output_.get(), POLLIN, 0}, pollfd{child_.end_descriptor(), POLLIN, 0},
                                      pollfd{heed_signals ? base::wake_descriptor() : -1, POLLIN, 0}};
        (void)::poll(waiting.data(), waiting.size(), static_cast<int>(child_.poll_time(left).count()));
        read_output();
    }
    return true;
}

Ending run_to_the_end(Listener& program, std::chrono::milliseconds timeout)
{
    const auto deadline = Clock::now() + timeout;
    if (!program.wait_until(deadline, true)) {
        const bool interrupted = base::interrupt_signal() != 0;
        if (!interrupted || !program.wait_until(std::min(deadline, Clock::now() + after_signal), false)) {
            program.end();
            base::throw_if_interrupted();
            return {Ending::Kind::timed_out, 0, program.take_output()};
        }
    }
    const auto [by_signal, number] = program.ending();
    return {by_signal ? Ending::Kind::signalled : Ending::Kind::exited, number, program.take_output()};
}

}

Ending run(base::Program program, std::chrono::milliseconds timeout)
{
    base::Pipe output;
    program.output = program.errors = output.write.get();
    try {
        Listener listener{program, std::move(output.read)};
        output.write.reset();
        return run_to_the_end(listener, timeout);
    } catch (const base::SystemError& error) {
        return {Ending::Kind::not_started, error.error_number(), {}};
    }
}

}
