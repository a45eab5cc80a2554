#pragma once
// The AUTHORIZATION state (RFC 1939 §4): from the greeting to a login. What comes after is a Maildrop (maildrop.hpp).
//
//     auto connection = pop3::Connection{net::dial(...), timeouts};
//     connection.start_tls(tls);
//     auto maildrop = log_in(std::move(connection), login);
//     for (const auto& m : listing(maildrop.scan())) …
//     std::move(maildrop).quit();
//
// Wrong orders do not compile. Destroying either drops the line without QUIT, so the server deletes nothing.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <popfetch/net/stream.hpp>
#include <popfetch/net/tls.hpp>
#include <popfetch/pop3/capabilities.hpp>
#include <popfetch/pop3/error.hpp>
#include <popfetch/pop3/reply.hpp>

namespace popfetch::pop3 {

class Wire;
/// Receives the protocol for --trace, secrets already masked: "C: PASS <12 octets hidden>", "S: +OK". Text is
/// printable.
using Trace = std::function<void(std::string_view line)>;

struct ConnectionOptions {
    net::Timeouts timeouts;
    Trace trace; // empty: none
};

class Connection {
public:
    /// Waits for the greeting. Throws Refused for -ERR, ProtocolError for what is not POP3 ("this looks like a TLS
    /// port").
    Connection(std::unique_ptr<net::Stream> stream, const ConnectionOptions& options);
    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;
    ~Connection();

    const Reply& greeting() const;
    /// The <…@…> of the greeting for APOP (RFC 1939 §7), empty unless it is a valid msg-id; forgotten by start_tls.
    std::string apop_timestamp() const;

    /// Asks CAPA, once per state; a server that says -ERR has no capabilities announced. Throws ConnectionError
    /// "proto.capa_closed" when the server closes the line instead: it may do so at every CAPA (FAULTS P30); connect
    /// again and assume({}).
    const Capabilities& capabilities();
    /// What is remembered of this server: used instead of asking, until a command shows it wrong.
    void assume(const Capabilities& remembered);

    /// STLS (RFC 2595). Throws TlsError: "tls.unavailable" if the server says no, "tls.injection" if bytes are already
    /// there. What was learnt before is forgotten. Never continues in clear: once it has thrown, nothing more is said.
    void start_tls(const net::TlsOptions& options, net::TlsInfo* seen = nullptr);

    /// UTF8 (RFC 6856 §2), where the server announces it: without it mail with UTF-8 in its headers is refused, or comes
    /// altered (Courier 1.0.16 wraps it in a note of its own). Only on a line as the login will find it, after STLS. True
    /// when the server agreed; what needs no UTF8 comes all the same when it does not.
    bool use_utf8();

    const net::TlsInfo* tls() const;
    const net::Stream& stream() const;

    void quit() &&; // leaves without logging in

private:
    friend class Login;
    std::unique_ptr<Wire> wire_;
    Reply greeting_;
    std::optional<Capabilities> capabilities_;
    bool assumed_ = false; // capabilities_ came from assume()
    bool greeting_trusted_ = true;
};

}
