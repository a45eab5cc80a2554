#pragma once
// How long anything may wait. Monotonic: a jump of the wall clock or a suspended machine does not matter (FAULTS N13).

#include <chrono>
#include <cstddef>

namespace popfetch::net {

class Deadline {
public:
    using Clock = std::chrono::steady_clock;

    /// A time too long to be added to the clock is never.
    static Deadline in(std::chrono::milliseconds time);
    static Deadline never() { return Deadline{Clock::time_point::max()}; }

    explicit Deadline(Clock::time_point at) : at_{at} {}
    /// The same time for a wait that a signal does not end: for an answer that must be known before the program may
    /// go. Keep it short.
    Deadline despite_signals() const
    {
        Deadline same{at_};
        same.heeds_signals_ = false;
        return same;
    }
    /// Throws base::Interrupted when a signal has arrived, unless this wait goes on despite it.
    void throw_if_interrupted() const;
    bool heeds_signals() const { return heeds_signals_; }
    /// What is left, at least 0; capped so that poll(2) can take it as milliseconds.
    std::chrono::milliseconds left() const;
    bool passed() const { return Clock::now() >= at_; }
    friend Deadline earlier(Deadline a, Deadline b) { return a.at_ < b.at_ ? a : b; }

private:
    Clock::time_point at_;
    bool heeds_signals_ = true;
};

/// The patience of one session (RELIABILITY §4.6). Every wait of a session is bounded by one of these.
struct Timeouts {
    std::chrono::milliseconds connect{std::chrono::seconds{20}};    // all addresses together
    std::chrono::milliseconds handshake{std::chrono::seconds{30}};  // TLS, and a proxy's answer
    std::chrono::milliseconds greeting{std::chrono::seconds{60}};   // some servers delay it against spam
    std::chrono::milliseconds idle{std::chrono::seconds{120}};      // no byte at all; servers wait at least 10 minutes
    std::chrono::milliseconds farewell{std::chrono::seconds{60}};   // the reply to QUIT
    std::chrono::milliseconds total{std::chrono::hours{24}};        // the whole session
    std::size_t min_rate = 64;                                      // octets per second, over rate_window
    std::chrono::milliseconds rate_window{std::chrono::seconds{60}};
};

}
