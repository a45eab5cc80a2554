// Message bodies (RFC 1939 §3): against a slow reference, cut anywhere; and the way there and back.
// Input: a line of lengths for the pieces, then the bytes of the server ("L" before the lengths: lines end in LF).

#include <popfetch/pop3/unstuff.hpp>

#include "target.hpp"

using namespace popfetch;

namespace {

struct Unstuffed {
    std::string text;
    std::uint64_t octets = 0;
    std::size_t consumed = 0;
    bool done = false;
    bool operator==(const Unstuffed&) const = default;
};

// Line by line, on the whole text: as the RFC says it.
Unstuffed slowly(std::string_view all, std::string_view line_end)
{
    Unstuffed result;
    while (result.consumed < all.size()) {
        auto line = all.substr(result.consumed);
        const auto end = line.find(line_end);
        const bool whole = end != std::string_view::npos;
        line = line.substr(0, end);
        if (whole && line == ".") {
            result.consumed += 1 + line_end.size();
            result.done = true;
            break;
        }
        result.consumed += line.size() + (whole ? line_end.size() : 0);
        if (line.starts_with('.')) line.remove_prefix(1);
        result.text.append(line).append(whole ? "\n" : "");
        result.octets += line.size() + (whole ? 2 : 0);
    }
    return result;
}

Unstuffed incrementally(std::string_view all, std::string_view lengths, net::LineEnding ending)
{
    pop3::Unstuffer unstuffer{ending};
    base::StringSink sink;
    std::string waiting;
    Unstuffed result;
    for (const auto& piece : fuzz::cut(all, lengths)) {
        waiting += piece;
        const auto taken = unstuffer.feed(waiting, sink);
        fuzz::require(taken <= waiting.size(), "no more is consumed than was given");
        fuzz::require(unstuffer.done() || waiting.size() - taken <= 2, "at most two octets wait");
        waiting.erase(0, taken);
        result.consumed += taken;
        if (unstuffer.done()) break;
    }
    return {sink.text, unstuffer.octets(), result.consumed, unstuffer.done()};
}

std::string stuffed(std::string_view text)
{
    std::string wire;
    bool at_start = true;
    for (const char c : text) {
        if (at_start && c == '.') wire += '.';
        wire += c == '\n' ? "\r\n" : std::string{c};
        at_start = c == '\n';
    }
    return wire + (at_start ? ".\r\n" : "\r\n.\r\n");
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::Input input{data, size};
    const auto lengths = input.up_to('\n');
    const bool lf = lengths.starts_with('L');
    const auto ending = lf ? net::LineEnding::lf : net::LineEnding::crlf;

    const auto expected = slowly(input.rest(), lf ? "\n" : "\r\n");
    // What does not end waits inside, and nobody has asked for it yet: only a whole body can be compared.
    const auto found = incrementally(input.rest(), lengths, ending);
    fuzz::require(found.done == expected.done, "the end is found where it is");
    if (found.done) fuzz::require(found == expected, "the bytes are those of the slow reference");

    // Mail as it is stored: line ends LF, no lone CR (that one is kept apart from a line end, and CRLF would join it).
    std::string text{input.rest()};
    std::erase(text, '\r');
    const auto back = incrementally(stuffed(text), lengths, net::LineEnding::crlf);
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
    fuzz::require(back.done && back.text == text, "what was stuffed comes back");
    return 0;
}
