#include "window.hpp"

#include <algorithm>

namespace popfetch::pop3 {

namespace {

// LIST's word, and a sum of absurd ones must not wrap.
constexpr std::uint64_t largest_estimate = std::uint64_t{1} << 40;

}

std::uint64_t Window::estimate(std::size_t index) const { return std::min(row_.reply_octets(index), largest_estimate); }

// Early, since what is asked now comes a round trip later; but not a write for each reply.
bool Window::worth_a_write() const
{
    const auto free_enough = [](std::uint64_t load, std::uint64_t limit) { return load <= limit - limit / 8; };
    if (load_.commands == 0) return true;
    return load_.commands < limits_.commands && free_enough(load_.commands, limits_.commands) &&
           free_enough(load_.command_octets, limits_.command_octets) &&
           free_enough(load_.reply_octets, limits_.reply_octets);
}

// A reply larger than the window goes out too once half of the window is free, or the line would run dry before each.
bool Window::fits(std::size_t command_octets, std::uint64_t reply_octets) const
{
    if (load_.commands == 0) return true;
    const bool octets_fit =
        load_.reply_octets + reply_octets <= limits_.reply_octets || load_.reply_octets <= limits_.reply_octets / 2;
    return octets_fit && load_.commands < limits_.commands &&
           load_.command_octets + command_octets <= limits_.command_octets;
}

void Window::refill()
{
    if (!worth_a_write()) return;
    for (; sent_ < row_.size; ++sent_) {
        const auto command = row_.command(sent_);
        const auto reply_octets = estimate(sent_);
        if (!fits(command.size() + 2, reply_octets)) break;
        wire_.queue(command);
        ++load_.commands;
        load_.command_octets += command.size() + 2;
        load_.reply_octets += reply_octets;
    }
    wire_.flush();
}

void Window::progress(std::uint64_t octets)
{
    octets = std::min(octets, estimate(answered_));
    load_.reply_octets -= octets - arrived_;
    arrived_ = octets;
}

void Window::answered()
{
    progress(largest_estimate);
    arrived_ = 0;
    --load_.commands;
    load_.command_octets -= row_.command(answered_).size() + 2;
    ++answered_;
}

}
