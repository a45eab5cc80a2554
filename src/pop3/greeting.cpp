// The first line of a session, which tells POP3 from everything else that listens on ports.

#include "wire.hpp"

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/pop3/error.hpp>

namespace popfetch::pop3 {

namespace {

// RFC 8446 §5.1: the first octet of a TLS record that a server might send unasked: alert, handshake.
bool looks_like_tls(std::string_view bytes) { return bytes.starts_with('\x15') || bytes.starts_with('\x16'); }

// What may still have become a greeting when the line broke.
bool may_be_cut_short(std::string_view bytes)
{
    return base::starts_with_ignoring_case("+OK", bytes.substr(0, 3)) ||
           base::starts_with_ignoring_case("-ERR", bytes.substr(0, 4));
}

}

Reply Wire::read_greeting()
{
    reader_.set_patience(timeouts_.greeting);
    try {
        if (looks_like_tls(available())) bad_greeting(available());
        const auto line = guarded([&] { return reader_.first_line(status_line_limit); });
        auto reply = parse_reply(line);
        if (!reply) bad_greeting(line);
        trace_received(line);
        reader_.set_patience(timeouts_.idle);
        return std::move(*reply);
    } catch (const net::ConnectionError& error) {
        if (!may_be_cut_short(reader_.buffered())) bad_greeting(reader_.buffered());
        // A TLS server waits for the client to speak first, so both sides wait.
        if (error.kind() != "net.timeout" || stream().tls() || stream().local()) throw;
        throw net::ConnectionError{error.status(), error.kind(), error.what(),
                                   "if this port speaks TLS from the start, set tls = \"implicit\""};
    }
}

void Wire::bad_greeting(std::string_view bytes)
{
    broken_ = true;
    throw ProtocolError{"proto.bad_greeting",
                        peer_ + ": this is not a POP3 server; it begins with \"" + base::printable(bytes) + '"',
                        looks_like_tls(bytes) ? "this looks like a TLS port; set tls = \"implicit\"" : ""};
}

}
