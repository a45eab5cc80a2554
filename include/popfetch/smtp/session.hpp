#pragma once
// An SMTP or LMTP server as its client sees it (RFC 5321, RFC 2033): greeting, hello, and one mail transaction after
// the other.
//
// Promises: every wait has a deadline; a refusal comes back as a value, so that the caller decides what it means for
// the message; the octets of a message are dot-stuffed and their line ends made CRLF. Leaves to others: connecting
// (net::dial), TLS from the first octet (net::start_tls), and what happens to a message whose outcome is in doubt.
//
//     smtp::Session session{net::dial(server, deadline), {smtp::Protocol::lmtp, "client.example.org", timeouts}};
//     if (session.mail("", "").is_positive() && session.rcpt("alice@example.org").is_positive() &&
//         session.data().asks_for_message()) {
//         smtp::MessageData data{session};
//         data.write("Subject: one\n\nHello\n");
//         data.finish();
//         const auto verdict = session.read_verdict();
//     }

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <popfetch/base/buffered_sink.hpp>
#include <popfetch/base/byte_sink.hpp>
#include <popfetch/base/error.hpp>
#include <popfetch/net/line_reader.hpp>
#include <popfetch/net/stream.hpp>
#include <popfetch/net/tls.hpp>

namespace popfetch::smtp {

enum class Protocol { esmtp, lmtp };

/// RFC 5321 §4.2.
struct Reply {
    int code = 0;
    std::string text; // lines joined by newlines, codes taken away; foreign: show it through base::printable

    bool is_positive() const noexcept { return code >= 200 && code < 300; }
    bool asks_for_message() const noexcept { return code == 354; }
    bool is_temporary() const noexcept { return code >= 400 && code < 500; }
    /// §3.8: the server closes the connection with this.
    bool is_farewell() const noexcept { return code == 421; }
};

/// What came is no reply: EX_PROTOCOL, "smtp.bad_reply".
class ProtocolError : public base::Error {
public:
    explicit ProtocolError(std::string_view text) : base::Error{base::ExitStatus::protocol, "smtp.bad_reply", text} {}
};

/// The server will not talk to us at all: EX_TEMPFAIL, "smtp.refused".
class Refused : public base::Error {
public:
    Refused(std::string_view peer, const Reply& reply);
};

struct SessionOptions {
    Protocol protocol = Protocol::esmtp;
    std::string client_name; // goes into EHLO or LHLO: a host name
    net::Timeouts timeouts;
};

class Session {
public:
    /// Reads the greeting and says hello. Throws Refused, ProtocolError, net::ConnectionError, base::Interrupted. After
    /// any exception from here or from a member nobody knows where the server stands: drop the session.
    Session(std::unique_ptr<net::Stream> stream, const SessionOptions& options);

    /// RFC 3207: STARTTLS, the handshake, and hello again, since what was said in clear anyone may have said. Throws
    /// net::TlsError, also "tls.unavailable" where the server does not offer it and "tls.injection".
    void start_tls(const net::TlsOptions& options);

    /// Whether the reply to hello names this extension; upper case.
    bool offers(std::string_view keyword) const;

    /// One transaction (RFC 5321 §3.3). Addresses come without brackets and must be valid (is_address).
    Reply mail(std::string_view sender, std::string_view parameters);
    Reply rcpt(std::string_view recipient);
    Reply data();
    /// Whether the message was taken; with LMTP for the one recipient (RFC 2033 §4.2). After a signal there are two
    /// seconds more for it: without it the message would be in doubt.
    Reply read_verdict();
    Reply rset();

    const std::string& peer() const { return reader_.stream().peer(); }

private:
    friend class MessageData;

    void say_hello();
    Reply command(const std::string& line);
    Reply read_reply();
    void read_lines_of(Reply& reply);

    SessionOptions options_;
    net::LineReader reader_;
    std::vector<std::string> extensions_;
    bool at_greeting_ = true;
};

/// The message between DATA and the last dot: takes it as stored (line ends LF), sends it as RFC 5321 §4.5.2 has it.
class MessageData final : public base::ByteSink {
public:
    explicit MessageData(Session& session) : line_{session}, buffered_{line_} {}

    void write(std::string_view bytes) override;
    /// After the last octet: the line end that may be missing, and the dot. From the moment when this is called until
    /// read_verdict() returns, the server may have the message.
    void finish();

private:
    struct Line final : base::ByteSink {
        explicit Line(Session& to) : session{to} {}
        void write(std::string_view bytes) override { session.reader_.send(bytes); }
        Session& session;
    };

    Line line_;
    base::BufferedSink buffered_;
    bool at_line_start_ = true;
};

/// RFC 5321 §4.1.2: whether this can stand between the brackets of MAIL and RCPT without ending the address or the
/// command.
bool is_address(std::string_view address) noexcept;

}
