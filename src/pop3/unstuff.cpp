#include <popfetch/pop3/unstuff.hpp>

#include <cstring>
#include <tuple>
#include <utility>

#include "block.hpp"

namespace popfetch::pop3 {

namespace {

constexpr std::size_t buffer_size = 65536;
// With less room than this the buffer is passed on first, so that the hot loop always has a long way to run.
constexpr std::size_t least_room = 4096;

// Copies up to the next line feed; the first of the result is where that is, or `end`. The search and the copy are one
// pass: lines of mail are so short that memchr and memcpy would spend their time beginning (bench/unstuff_bench).
// Writes up to a block more than it copies.
std::pair<const char*, char*> copy_to_line_feed(const char* in, const char* end, char* out)
{
    for (; end - in >= static_cast<std::ptrdiff_t>(Block::size); in += Block::size, out += Block::size) {
        const auto block = Block::load(in);
        block.store(out);
        // A branch, guessed right, keeps the loop from waiting for itself.
        if (const auto found = block.find('\n')) return {in + Block::first(found), out + Block::first(found)};
    }
    while (in < end && *in != '\n') *out++ = *in++;
    return {in, out};
}

// How many octets at the start of a line are not of the message; 0 when that cannot be told yet.
struct Dot {
    std::size_t size;
    bool terminator;
};

// A dot at the start of a line: RFC 1939 §3 takes it away, unless the line end follows at once.
Dot judge_dot(const char* dot, const char* end, net::LineEnding ending)
{
    constexpr Dot stuffed{1, false}, undecided{0, false};
    if (dot + 1 == end) return undecided;
    if (ending == net::LineEnding::lf) return dot[1] == '\n' ? Dot{2, true} : stuffed;
    if (dot[1] != '\r') return stuffed;
    if (dot + 2 == end) return undecided;
    return dot[2] == '\n' ? Dot{3, true} : stuffed;
}

}

std::size_t Unstuffer::feed(std::string_view input, base::ByteSink& sink)
{
    if (!ready_) ready_ = std::make_unique_for_overwrite<char[]>(buffer_size + Block::size);
    std::size_t consumed = 0;
    while (!done_ && consumed < input.size()) {
        if (buffer_size - ready_size_ < least_room) pass_on(sink);
        const auto taken = convert(input.substr(consumed, buffer_size - ready_size_));
        if (taken == 0) break;
        consumed += taken;
    }
    if (done_) pass_on(sink);
    return consumed;
}

// Never more bytes out than in, so that `input` no longer than the room needs no further check.
std::size_t Unstuffer::convert(std::string_view input)
{
    const bool crlf = ending_ == net::LineEnding::crlf;
    const char* in = input.data();
    const char* const end = in + input.size();
    char* out = ready_.get() + ready_size_;
    bool at_line_start =
        at_line_start_; // members would be written back for every line, since `out` might point at them
    std::size_t uncounted = 0, line_feeds = 0;

    while (in < end) {
        if (at_line_start && *in == '.') {
            auto dot = judge_dot(in, end, ending_);
            if (dot.size == 0) break;
            if (!dot.terminator && dots_ == Dots::kept) dot.size = 0;
            taken_away_ += dot.terminator ? 0 : dot.size;
            any_single_ = any_single_ || (!dot.terminator && in[1] != '.');
            in += dot.size;
            uncounted += dot.size;
            done_ = dot.terminator;
            if (done_) break;
        }
        const char* const start = in;
        std::tie(in, out) = copy_to_line_feed(start, end, out);
        const bool after_cr = crlf && in > start && in[-1] == '\r';
        at_line_start = in < end && (after_cr || !crlf);
        if (after_cr) --out;
        if (in == end) {
            if (after_cr) --in; // it may be half a line end
            break;
        }
        *out++ = *in++;
        ++line_feeds;
    }
    at_line_start_ = at_line_start;
    ready_size_ = static_cast<std::size_t>(out - ready_.get());
    const auto consumed = static_cast<std::size_t>(in - input.data());
    octets_ += consumed - uncounted + (crlf ? 0 : line_feeds); // a line end is two octets, however it is written
    return consumed;
}

void Unstuffer::pass_on(base::ByteSink& sink)
{
    const auto size = std::exchange(ready_size_, 0);
    if (size > 0) sink.write({ready_.get(), size});
}

}
