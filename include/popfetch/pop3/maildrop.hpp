#pragma once
// The TRANSACTION state (RFC 1939 §5) in the RFC's words. Pipelining (RFC 2449 §6.6) is a local matter of retr, top and
// dele: a window counted in commands and in octets that are expected back.
//
// Ending it: quit() enters UPDATE, where the server deletes, and may delete what was merely retrieved (RFC 2449 §6.7,
// EXPIRE 0); hang_up(), and the destructor, drop the line and change nothing on the server.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <popfetch/base/byte_sink.hpp>
#include <popfetch/net/stream.hpp>
#include <popfetch/pop3/capabilities.hpp>
#include <popfetch/pop3/error.hpp>
#include <popfetch/pop3/listing.hpp>
#include <popfetch/pop3/pipelining.hpp>
#include <popfetch/pop3/reply.hpp>
#include <popfetch/pop3/unstuff.hpp>

namespace popfetch::pop3 {

class ListingParser;
class Wire;

struct Stat {
    std::uint64_t messages = 0, octets = 0;
};

/// The bytes of one message while they arrive. Whatever a handler leaves unread is skipped for it.
class Body {
public:
    /// Told how many octets of the body have come, so that more can be asked for before it ends.
    using OnProgress = std::function<void(std::uint64_t octets)>;

    Body(Wire& wire, std::string command, std::uint64_t limit, OnProgress on_progress = {}, Dots dots = Dots::stuffed)
        : wire_{wire}, command_{std::move(command)}, limit_{limit}, on_progress_{std::move(on_progress)}, dots_{dots}
    {
    }
    Body(const Body&) = delete;
    Body& operator=(const Body&) = delete;

    /// Un-dot-stuffed, line ends LF, as large runs. Returns when the terminator was read. Throws ConnectionError when
    /// the line breaks first, ProtocolError "proto.too_big" beyond the limit, what the sink throws; the session is then
    /// over.
    void pour_into(base::ByteSink& sink);

    /// Octets received so far, counted as LIST counts them.
    std::uint64_t octets() const { return octets_; }
    /// As Unstuffer::dubious_dots.
    std::uint64_t dubious_dots() const { return dubious_dots_; }
    bool finished() const { return finished_; }

private:
    void pour(base::ByteSink& sink);

    Wire& wire_;
    std::string command_; // for messages
    std::uint64_t limit_;
    OnProgress on_progress_;
    Dots dots_;
    std::uint64_t octets_ = 0, dubious_dots_ = 0;
    bool finished_ = false;
};

enum class SizeTrust { exact, unknown, wrong };

struct TransferOptions {
    bool pipelining = true;             // false: one command at a time, whatever the server announces
    SizeTrust sizes = SizeTrust::exact; // wrong: LIST's octets mean nothing here, so one command at a time
    Dots dots = Dots::stuffed;
    std::size_t window_commands = 400; // and never more than 4 KiB of commands outstanding
    std::uint64_t window_octets = 4U << 20;
    std::uint64_t max_message = 0; // a hard stop for one body; 0: max(4 × LIST, LIST + 64 MiB)
};

class Maildrop {
public:
    using OnBody = std::function<void(const Message&, Body&)>;
    using OnRefused = std::function<void(const Message&, const Reply&)>;

    /// For log_in. `capabilities_remembered`: they come from Connection::assume and hold after login as well.
    Maildrop(std::unique_ptr<Wire> wire, Capabilities before_login, bool capabilities_remembered);
    Maildrop(Maildrop&&) noexcept;
    Maildrop& operator=(Maildrop&&) noexcept;
    ~Maildrop();

    /// Asked after login, when first needed (servers announce more then). A remembered answer is used until it is
    /// proved wrong.
    const Capabilities& capabilities();
    /// What to give to Connection::assume in the next run: what was announced before and after login, together.
    Capabilities to_remember();
    const net::Stream& stream() const;
    unsigned turns() const; // how often this session waited for the server
    std::uint64_t received() const;

    void set_transfer(const TransferOptions& options) { transfer_ = options; }
    /// Which commands may go several at once, where the server announces it. log_in has set its own.
    void set_pipelining(const Pipelining& known) { pipelining_ = known; }
    /// The message whose RETR, TOP or DELE was to be answered when the line broke or the server broke the protocol.
    /// Nothing where several commands at once may be to blame (PipeliningBroken), or a handler threw.
    std::optional<std::uint32_t> broke_at() const { return broke_at_; }

    Stat stat();
    /// Number and octets of every message, or of one. Throws Refused.
    Listing list();
    Message list(std::uint32_t number);
    /// UIDL of one message; nothing when the server names another number (FAULTS P26) or says no.
    std::optional<std::string> uidl(std::uint32_t number);
    /// STAT, LIST and UIDL in one flight (with CAPA, where that is not known yet), joined by number. UIDs that are
    /// empty, longer than 4096 octets, or stand twice in the listing are no identity and come back empty. Throws
    /// Refused (EX_TEMPFAIL, "server.uidl") when UIDL fails though announced (FAULTS P29), ProtocolError "proto.limit"
    /// for an endless listing (FAULTS P27).
    Listing scan();

    /// RETR of each, in order; `on_body` is called for each +OK, `on_refused` for each -ERR, and the rest goes on.
    /// Returns how many of `messages` were dealt with: all, unless a body's octets differed from LIST (and SizeTrust is
    /// not `wrong`).
    ///
    /// Such a body may not have been dot-stuffed and may have forged the replies behind it (FAULTS P07, P08): what is
    /// already on its way is read and thrown away, and the caller decides how to go on with the messages after it.
    ///
    /// The next messages are asked for while a body still arrives, once half of the window is free; one larger than the
    /// window goes then too. Throws PipeliningBroken when replies to several commands stay away or make no sense.
    /// When a handler throws, the session is broken: only hang_up is left. The same goes for ConnectionError and
    /// ProtocolError.
    std::size_t retr(std::span<const Message> messages, const OnBody& on_body, const OnRefused& on_refused);

    /// TOP n lines of each, likewise; for listings only, never for delivery or deletion (FAULTS P38). Throws Refused
    /// where there is no TOP.
    void top(std::span<const Message> messages, unsigned lines, const OnBody& on_body, const OnRefused& on_refused);

    /// Marks each as deleted, from the highest number down: some servers renumber what comes behind a deleted message
    /// at once. Takes effect at quit. Returns those that the server refused to mark.
    std::vector<std::uint32_t> dele(std::span<const std::uint32_t> numbers);
    void rset();
    void noop();

    /// Any command line, for the shell; a multi-line answer is written to `sink`.
    Reply raw(std::string_view command, bool multi_line, base::ByteSink& sink);

    /// Enters UPDATE. The reply, which may be -ERR "some deleted messages not removed" (RFC 1939 §6). Throws
    /// ConnectionError when none comes: then nobody knows what was deleted until the next listing.
    Reply quit() &&;
    /// QUIT without waiting for its reply, which matters only to a session that marked something as deleted.
    void say_goodbye() && noexcept;
    void hang_up() && noexcept;

private:
    bool may_pipeline(std::string_view verb) const { return transfer_.pipelining && pipelining_.allows(verb); }
    bool pipelining(std::string_view verb);
    Reply ask(std::string_view command);
    template<class Act, class Awaited>
    void noting_a_break(Act act, Awaited awaited);
    Listing without_uidl(ListingParser& parser, const Reply& uidl);

    std::unique_ptr<Wire> wire_;
    Capabilities before_login_;
    std::optional<Capabilities> capabilities_; // after login, or remembered
    bool remembered_ = false;
    TransferOptions transfer_;
    Pipelining pipelining_;
    std::optional<std::uint32_t> broke_at_;
};

}
