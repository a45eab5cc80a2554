#include <popfetch/net/deadline.hpp>

#include <algorithm>

#include <popfetch/base/interrupt.hpp>

namespace popfetch::net {

Deadline Deadline::in(std::chrono::milliseconds time)
{
    constexpr std::chrono::milliseconds longest = std::chrono::hours{24 * 365 * 100};
    return time > longest ? never() : Deadline{Clock::now() + time};
}

void Deadline::throw_if_interrupted() const
{
    if (heeds_signals_) base::throw_if_interrupted();
}

std::chrono::milliseconds Deadline::left() const
{
    constexpr std::chrono::milliseconds longest = std::chrono::hours{24};
    const auto now = Clock::now();
    if (at_ <= now) return std::chrono::milliseconds{0};
    if (at_ - now >= longest) return longest;
    // Up, not down: with the last half millisecond rounded to 0, a loop around poll(2) would spin.
    return std::chrono::ceil<std::chrono::milliseconds>(at_ - now);
}

}
