#include <popfetch/pop3/connection.hpp>

#include <algorithm>
#include <utility>

#include "ask_capabilities.hpp"
#include "wire.hpp"

namespace popfetch::pop3 {

namespace {

// A server that turns us away at the door is busy unless its code says otherwise (FAULTS P01, N11).
Refused turned_away(const Wire& wire, const Reply& reply)
{
    const auto text = wire.peer() + ": the server refused the connection";
    if (reply.has_code("AUTH")) return {base::ExitStatus::no_permission, "server.refused", text, reply, {}};
    Refused by_code{text, reply};
    if (by_code.status() != base::ExitStatus::unavailable) return by_code;
    return {base::ExitStatus::temporary, "server.refused", text, reply, {}};
}

// RFC 5322 §3.2.3 atext, the dot, and the brackets of a domain literal.
bool is_atom_text(char c)
{
    constexpr std::string_view marks = "!#$%&'*+-/=?^_`{|}~.[]:";
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           marks.find(c) != std::string_view::npos;
}

bool is_message_id(std::string_view text)
{
    if (text.size() < 5 || text.front() != '<' || text.back() != '>') return false;
    text = text.substr(1, text.size() - 2);
    const auto at = text.find('@');
    if (at == std::string_view::npos || at == 0 || at + 1 == text.size()) return false;
    return std::ranges::all_of(text.substr(0, at), is_atom_text) &&
           std::ranges::all_of(text.substr(at + 1), is_atom_text);
}

}

Connection::Connection(std::unique_ptr<net::Stream> stream, const ConnectionOptions& options)
    : wire_{std::make_unique<Wire>(std::move(stream), options.timeouts, options.trace)}, greeting_{
                                                                                             wire_->read_greeting()}
{
    if (!greeting_.ok) throw turned_away(*wire_, greeting_);
}

Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

const Reply& Connection::greeting() const { return greeting_; }

// An attacker in the middle could choose the timestamp so that digests tell the password (CVE-2007-1558); a real msg-id
// leaves little room for that. Anything else, and anything said in clear before TLS, is no timestamp (FAULTS A11).
std::string Connection::apop_timestamp() const
{
    if (!greeting_trusted_) return {};
    const auto& text = greeting_.text;
    const auto begin = text.find('<');
    const auto end = text.find('>');
    if (begin == std::string::npos || end == std::string::npos || end < begin) return {};
    if (text.find('<', begin + 1) != std::string::npos || text.find('>', end + 1) != std::string::npos) return {};
    auto timestamp = text.substr(begin, end - begin + 1);
    return is_message_id(timestamp) ? timestamp : std::string{};
}

const Capabilities& Connection::capabilities()
{
    if (capabilities_) return *capabilities_;
    try {
        capabilities_ = ask_capabilities(*wire_);
    } catch (const net::ConnectionError& error) {
        if (error.kind() != "net.eof" && error.kind() != "net.reset") throw;
        throw net::ConnectionError{error.status(), "proto.capa_closed",
                                   wire_->where("CAPA") + ": the server has closed the connection"};
    }
    return *capabilities_;
}

void Connection::assume(const Capabilities& remembered)
{
    capabilities_ = remembered;
    assumed_ = true;
}

void Connection::start_tls(const net::TlsOptions& options, net::TlsInfo* seen)
{
    wire_->send("STLS");
    if (const auto reply = wire_->read_reply("STLS"); !reply.ok) {
        wire_->break_off();
        throw net::TlsError{"tls.unavailable", wire_->where("STLS") + ": the server offers no encryption here",
                            "set tls = \"implicit\" if it has a port for that"};
    }

    auto clear = wire_->release();
    wire_->resume(net::start_tls(std::move(clear), options, net::Deadline::in(wire_->timeouts().handshake), seen));

    // RFC 2595 §4: what was learnt in clear, anyone may have said.
    greeting_trusted_ = false;
    if (!assumed_) capabilities_.reset();
}

bool Connection::use_utf8()
{
    if (!capabilities().utf8) return false;
    wire_->send("UTF8");
    return wire_->read_reply("UTF8").ok;
}

const net::TlsInfo* Connection::tls() const { return stream().tls(); }

const net::Stream& Connection::stream() const { return wire_->stream(); }

void Connection::quit() &&
{
    const auto wire = std::move(wire_);
    wire->set_patience(wire->timeouts().farewell);
    wire->send("QUIT");
    wire->read_reply("QUIT");
}

}
