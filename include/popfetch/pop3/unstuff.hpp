#pragma once
// The body of a multi-line reply (RFC 1939 §3): takes away the stuffed dots, finds the terminator, turns CRLF into LF.
// Incremental: the bytes may be cut anywhere, the result is the same. Nothing else changes: NUL, a lone CR, a lone LF
// in a CRLF session, 8-bit and a missing final newline stay as they are.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include <popfetch/base/byte_sink.hpp>
#include <popfetch/net/line_reader.hpp>

namespace popfetch::pop3 {

/// What a dot at the start of a line is.
enum class Dots {
    stuffed, // the protocol's, as RFC 1939 has it
    kept,    // the message's own: the server does not stuff
};

class Unstuffer {
public:
    explicit Unstuffer(net::LineEnding ending, Dots dots = Dots::stuffed) : ending_{ending}, dots_{dots} {}

    /// Passes message bytes on to `sink`, in pieces of up to 64 KiB; what is less waits inside until there is more or
    /// the terminator is found. Returns how many bytes of `input` belong to this reply: all of them, or fewer when the
    /// terminator was found (then done()). May leave up to two bytes unconsumed when their meaning depends on what
    /// comes next: give them again with more behind.
    std::size_t feed(std::string_view input, base::ByteSink& sink);

    bool done() const { return done_; }

    /// Octets as the server counts them (RFC 1939 §11): each line end two octets, the terminator and stuffed dots not
    /// counted.
    std::uint64_t octets() const { return octets_; }

    /// How many dots were taken away, where one of them at least cannot have been stuffed, since no other followed it;
    /// else 0. If octets() lacks just as many, they were the message's own.
    std::uint64_t dubious_dots() const { return any_single_ ? taken_away_ : 0; }

private:
    std::size_t convert(std::string_view input);
    void pass_on(base::ByteSink& sink);

    net::LineEnding ending_;
    Dots dots_;
    bool any_single_ = false;
    std::uint64_t taken_away_ = 0;
    bool at_line_start_ = true;
    bool done_ = false;
    std::uint64_t octets_ = 0;
    std::unique_ptr<char[]> ready_; // converted, not yet passed on
    std::size_t ready_size_ = 0;
};

}
