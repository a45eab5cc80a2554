#include <popfetch/pop3/unstuff.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace popfetch::pop3 {

namespace {

constexpr std::size_t buffer_size = 65536;
// With less room than this the buffer is passed on first, so that the hot loop always has a long way to run.
constexpr std::size_t least_room = 4096;

enum class Dot { stuffed, terminator, undecided };

// What a dot at the start of a line is: RFC 1939 §3 takes it away, unless the line end follows at once.
Dot judge_dot(const char* dot, const char* end, net::LineEnding ending)
{
    if (dot + 1 == end) return Dot::undecided;
    if (ending == net::LineEnding::lf) return dot[1] == '\n' ? Dot::terminator : Dot::stuffed;
    if (dot[1] != '\r') return Dot::stuffed;
    if (dot + 2 == end) return Dot::undecided;
    return dot[2] == '\n' ? Dot::terminator : Dot::stuffed;
}

}

std::size_t Unstuffer::feed(std::string_view input, base::ByteSink& sink)
{
    if (!ready_) ready_ = std::make_unique_for_overwrite<char[]>(buffer_size);
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
    const auto copy = [&out](const char* from, const char* to) {
        const auto size = static_cast<std::size_t>(to - from);
        std::memcpy(out, from, size);
        out += size;
    };

    while (in < end) {
        if (at_line_start_ && *in == '.') {
            const auto dot = judge_dot(in, end, ending_);
            if (dot == Dot::undecided) break;
            if (dot == Dot::terminator) {
                in += crlf ? 3 : 2;
                done_ = true;
                break;
            }
            ++in;
        }
        at_line_start_ = false;

        const auto* line_feed = static_cast<const char*>(std::memchr(in, '\n', static_cast<std::size_t>(end - in)));
        if (!line_feed) {
            const auto* stop = crlf && end[-1] == '\r' ? end - 1 : end; // a CR at the end may be half a line end
            octets_ += static_cast<std::size_t>(stop - in);
            copy(in, stop);
            in = stop;
            break;
        }
        if (!crlf || (line_feed > in && line_feed[-1] == '\r')) {
            const auto* stop = crlf ? line_feed - 1 : line_feed;
            octets_ += static_cast<std::size_t>(stop - in) + 2;
            copy(in, stop);
            *out++ = '\n';
            at_line_start_ = true;
        } else {
            octets_ += static_cast<std::size_t>(line_feed + 1 - in);
            copy(in, line_feed + 1);
        }
        in = line_feed + 1;
    }
    ready_size_ = static_cast<std::size_t>(out - ready_.get());
    return static_cast<std::size_t>(in - input.data());
}

void Unstuffer::pass_on(base::ByteSink& sink)
{
    const auto size = std::exchange(ready_size_, 0);
    if (size > 0) sink.write({ready_.get(), size});
}

}
