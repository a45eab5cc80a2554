#pragma once
// Command lines out, replies in: the one place where POP3 meets the stream (RFC 1939 §3). Private to this module.
//
// Promises: every command that goes together shares one write; a reply is never read for a command that was not sent,
// and a command is never sent into a line on which something unasked-for waits; secrets are a type of their own, so the
// trace cannot show them. Once reading or writing has failed the session is over: every later call throws. Leaves to
// others: what commands mean, and the bytes of a message (unstuff.hpp, Body).
//
//     wire.queue("STAT"); wire.queue("LIST"); wire.flush();
//     const auto stat = wire.read_reply("STAT");
//     const auto list = wire.read_reply("LIST");
//     if (list.ok) for (Lines lines{wire, "LIST", {}}; const auto line = lines.next();) …

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <popfetch/base/error.hpp>
#include <popfetch/base/masker.hpp>
#include <popfetch/base/secret.hpp>
#include <popfetch/net/line_reader.hpp>
#include <popfetch/pop3/connection.hpp>
#include <popfetch/pop3/reply.hpp>

namespace popfetch::pop3 {

/// What the server says while AUTH goes on (RFC 5034 §4): a challenge, or the end.
struct Answer {
    std::optional<std::string> challenge; // after "+", blanks trimmed; as sent, so base64 if the server keeps the rules
    Reply reply;                          // the end of the exchange, when there is no challenge
};

class Wire {
public:
    /// RFC 2449 §4 allows 512 octets; the world sends more (FAULTS P03).
    static constexpr std::size_t status_line_limit = 8192;
    static constexpr std::size_t challenge_limit = 65536;

    Wire(std::unique_ptr<net::Stream> stream, const net::Timeouts& timeouts, Trace trace);

    /// One command line, without its line end, together with what is queued. Throws base::Error "usage.command" for
    /// text with CR, LF or NUL in it: it would be more than one command.
    void send(std::string_view command);
    /// The same, for a line that ends in a secret; `prefix` includes the blank ("PASS "), and is empty for a SASL
    /// response.
    void send_secret(std::string_view prefix, const base::Secret& secret);
    /// Keeps the command for the next flush(), send() or send_secret(), which write all of them at once.
    void queue(std::string_view command);
    void flush();

    /// The first line of the session, which also fixes how lines end. Throws ProtocolError "proto.bad_greeting" for
    /// what is not POP3. A reply with ok == false comes back.
    Reply read_greeting();
    /// The status line for the oldest command not yet answered. `command` is for messages: without secrets. Throws
    /// ProtocolError "proto.bad_reply" for anything but +OK and -ERR, PipeliningBroken where several commands went out
    /// together and that may be why, ConnectionError.
    Reply read_reply(std::string_view command);
    /// As read_reply, where "+ …" is allowed too.
    Answer read_answer(std::string_view command);

    /// Around the bytes of a body: while it is read commands may be sent, though bytes wait (they are the body's).
    void begin_body() { in_body_ = true; }
    void end_body() { in_body_ = false; }
    /// The bytes of a multi-line reply: what is here, waiting for some if there are none; further bytes behind those.
    std::string_view available();
    std::string_view more();
    void consume(std::size_t count) { reader_.consume(count); }
    /// One line of a multi-line reply as it stands, dot-stuffing included. Valid until the next call.
    std::string_view read_line(std::size_t limit);
    net::LineEnding ending() const { return reader_.ending(); }

    /// Commands sent (or queued) whose status line was not read yet.
    unsigned outstanding() const { return outstanding_; }
    /// Throws ProtocolError "proto.desync" when bytes wait though nothing was asked (FAULTS P07, P33). Sending checks
    /// this by itself whenever nothing is outstanding.
    void require_silence(std::string_view command);

    /// Throws ProtocolError; the session is over. `text` begins with where().
    [[noreturn]] void fail(std::string_view kind, std::string_view text);

    /// After this, and after any exception from reading or writing, every call that talks throws "session.over".
    void break_off() noexcept { broken_ = true; }
    bool broken() const { return broken_; }
    /// True once reading or writing failed, or the server broke the protocol; false for what break_off() ended.
    bool failed() const { return failed_; }

    /// For STLS: gives up the stream and takes it back encrypted. See net::LineReader::release.
    std::unique_ptr<net::Stream> release();
    void resume(std::unique_ptr<net::Stream> stream);

    void set_patience(std::chrono::milliseconds idle) { reader_.set_patience(idle); }
    const net::Timeouts& timeouts() const { return timeouts_; }
    const std::string& peer() const { return peer_; }
    const net::Stream& stream() const { return reader_.stream(); }
    /// "pop.example.org:995: RETR 3", how every message begins.
    std::string where(std::string_view command) const { return peer_ + ": " + std::string{command}; }
    unsigned turns() const { return reader_.turns(); }
    std::uint64_t received() const { return reader_.received(); }

    /// Another secret that a server might repeat; those that were sent are known.
    void hide(const base::Secret& secret) { masker_.hide(secret); }
    /// A foreign text without any of the secrets.
    std::string without_secret(std::string_view text) const { return masker_.mask(text); }

    bool tracing() const { return static_cast<bool>(trace_); }
    void trace_received(std::string_view line) const;
    void trace_note(const std::string& note) const;

private:
    template<typename Action>
    auto guarded(Action action);
    bool quiet() const { return outstanding_ == 0 && !in_body_; }
    void begin_command(std::string_view command);
    void put(std::string_view bytes);
    bool unproven() const;
    void blame_pipelining(std::string_view what) const;
    template<typename Read>
    std::string_view within_reply(Read read);
    std::string_view status_line(std::string_view command, std::size_t limit);
    Reply take_reply(std::string_view line, std::string_view command);
    [[noreturn]] void bad_greeting(std::string_view bytes);
    [[noreturn]] void nonsense(std::string_view line, std::string_view command);
    std::string without_peer(std::string_view text) const;

    std::string peer_;
    net::LineReader reader_;
    net::Timeouts timeouts_;
    Trace trace_;
    std::string queued_;
    base::Masker masker_; // a server that repeats a secret must not get it into a message
    unsigned outstanding_ = 0;
    unsigned together_ = 0;                  // the most that were outstanding at once since the line was last quiet
    unsigned answered_ = 0;                  // replies since then
    std::string flight_;                     // the verb that the line was last quiet before
    std::map<std::string, unsigned> proven_; // by flight_: the server has been seen to answer as many at once
    bool in_body_ = false;
    bool broken_ = false;
    bool failed_ = false; // the line or the server did it, and not who uses the wire
};

// Everything that talks passes here: after a failure nobody knows what the next byte on the line would mean.
template<typename Action>
auto Wire::guarded(Action action)
{
    if (broken_)
        throw base::Error{base::ExitStatus::temporary, "session.over",
                          peer_ + ": the session has already been broken off"};
    try {
        return action();
    } catch (...) {
        broken_ = failed_ = true;
        throw;
    }
}

/// How much one multi-line reply may hold before it counts as endless (FAULTS P27): "proto.limit".
struct ReplyLimits {
    std::size_t lines = 1'000'000;
    std::uint64_t octets = 64U << 20;
    std::size_t line = 65536;
};

/// The lines of a multi-line reply made of lines (CAPA, LIST, UIDL), un-dot-stuffed. Must be read to the end.
class Lines {
public:
    Lines(Wire& wire, std::string_view command, const ReplyLimits& limits)
        : wire_{wire}, command_{command}, limits_{limits}
    {
    }

    /// Valid until the next call; nothing when the terminator was read.
    std::optional<std::string_view> next();
    /// Whether a line has come.
    bool any() const { return lines_ > 0; }

private:
    Wire& wire_;
    std::string_view command_;
    ReplyLimits limits_;
    std::size_t lines_ = 0;
    std::uint64_t octets_ = 0;
};

}
