#pragma once
// A row of commands of which only so many are on their way at a time (RFC 2449 §6.6). Private to this module.
//
// Promises: replies are awaited in order; never more than the limits outstanding, except that one command always goes;
// commands are sent in large groups, one write each, and early enough that the line never runs dry while half of the
// window is still to come. The 4 KiB of commands are what a server's receive buffer always holds, so that writing never
// blocks even when the server does not read (FAULTS N07).

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "wire.hpp"

namespace popfetch::pop3 {

class Window {
public:
    struct Limits {
        std::size_t commands = 1;
        std::uint64_t reply_octets = 0;
        std::size_t command_octets = 4096;
    };
    struct Row {
        std::size_t size = 0;
        std::function<std::string(std::size_t index)> command;
        std::function<std::uint64_t(std::size_t index)> reply_octets; // expected; an estimate will do
    };

    Window(Wire& wire, const Limits& limits, Row row) : wire_{wire}, limits_{limits}, row_{std::move(row)} {}

    /// Sends what fits, if it is worth a write.
    void refill();

    /// The index of the command whose reply is awaited; row.size when there is none left.
    std::size_t awaited() const { return answered_; }
    std::size_t on_their_way() const { return sent_ - answered_; }
    std::string command(std::size_t index) const { return row_.command(index); }

    /// So many octets of the awaited reply have come.
    void progress(std::uint64_t octets);
    /// All of it has.
    void answered();

private:
    struct Load {
        std::size_t commands = 0, command_octets = 0;
        std::uint64_t reply_octets = 0;
    };
    bool worth_a_write() const;
    bool fits(std::size_t command_octets, std::uint64_t reply_octets) const;
    std::uint64_t estimate(std::size_t index) const;

    Wire& wire_;
    Limits limits_;
    Row row_;
    Load load_;
    std::uint64_t arrived_ = 0; // octets of the awaited reply that load_ counts no longer
    std::size_t sent_ = 0, answered_ = 0;
};

}
