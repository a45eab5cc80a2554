// A reply of many lines, its bytes arriving in pieces: whatever the pieces, the lines, the body behind them and the way
// it ends are the same. Input: a line of lengths for the pieces, then the bytes of the server.

#include <popfetch/pop3/maildrop.hpp>

#include "pop3/wire.hpp"
#include "support/memory_stream.hpp"
#include "target.hpp"

using namespace popfetch;

namespace {

constexpr pop3::ReplyLimits limits{20, 2000, 200};

// The greeting, a listing, a message, another listing. `pieces` are the arrivals.
std::string story(std::vector<std::string> pieces)
{
    std::string told;
    auto [stream, line] = test::memory_stream(std::move(pieces));
    pop3::Wire wire{std::move(stream), {}, [&](std::string_view text) {
                        fuzz::require(fuzz::is_for_terminals(text), "the trace is printable");
                    }};
    const auto tell = [&](std::string_view what) { told.append(what).append("|"); };
    try {
        tell(wire.read_greeting().text);
        wire.send("LIST");
        tell(wire.read_reply("LIST").ok ? "yes" : "no");
        for (pop3::Lines lines{wire, "LIST", limits}; const auto found = lines.next();) tell(*found);
        wire.queue("RETR 1"); // both at once: what the server says of the second may be here already
        wire.queue("UIDL");
        wire.flush();
        tell(wire.read_reply("RETR 1").text);
        base::StringSink sink;
        pop3::Body body{wire, "RETR 1", 1000};
        body.pour_into(sink);
        tell(sink.text);
        tell(std::to_string(body.octets()));
        tell(wire.read_reply("UIDL").code);
        for (pop3::Lines lines{wire, "UIDL", limits}; const auto found = lines.next();) tell(*found);
    } catch (const base::Error& error) {
        tell(error.kind());
    }
    return told;
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::Input input{data, size};
    const auto lengths = input.up_to('\n');
    // A command is not sent while something unasked-for waits, and whether it has arrived by then is the pieces'
    // affair: the greeting and the first listing come line by line in both.
    const auto octet_by_octet = story(fuzz::cut(input.rest(), " "));
    const auto in_pieces = story(fuzz::cut(input.rest(), lengths));
    const bool early = in_pieces.find("proto.desync") != std::string::npos;
    const bool wide = in_pieces.find("proto.too_big") != std::string::npos;
    if (!early && !wide) fuzz::require(in_pieces == octet_by_octet, "pieces make no difference");
    return 0;
}
