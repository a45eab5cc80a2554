#pragma once
// A mailbox as `list`, `show`, `save`, `delete` and `shell` see it: the server's listing joined with what the ledger
// knows, and with headers where they are asked for.

#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <popfetch/config/account.hpp>
#include <popfetch/mail/summary.hpp>
#include <popfetch/output/record.hpp>
#include <popfetch/pop3/maildrop.hpp>
#include <popfetch/state/ledger.hpp>

#include "options.hpp"
#include "session.hpp"

namespace popfetch::cli {

/// One message of this session.
struct Row {
    pop3::Message message;               // its uid points into the Mailbox
    const state::Known* known = nullptr; // into the Mailbox; null: new
    std::optional<mail::Summary> summary;
    std::string unread;  // why its header could not be read
    std::string reason;  // why it failed
    bool marked = false; // for deletion, in this session

    std::string_view state() const; // "new", "fetched", "failed"
};

/// A row of what is known about a message.
Row row_of(const pop3::Message& message, const state::Snapshot& known);
/// Adds From, To, Subject, Date and Message-ID to those that have none yet, through one pipelined flight of TOP. A
/// header that the server refuses, or that comes empty, is no empty header: `unread` then says why.
void read_headers(pop3::Maildrop& maildrop, std::span<Row> rows);

class Mailbox {
public:
    /// Logs in and lists. Throws what a session throws.
    Mailbox(const config::Account& account, const Globals& globals);

    const config::Account& account() const { return account_; }
    /// For single commands. What goes several at once is below: where the server announces PIPELINING and does not keep
    /// it, a second session goes on without (FAULTS N08).
    pop3::Maildrop& maildrop() { return *maildrop_; }
    std::vector<Row>& rows() { return rows_; }
    const SessionReport& session() const { return seen_; }

    /// Of every row.
    void read_headers() { read_headers(rows_); }
    /// Of one row.
    void read_header(Row& row) { read_headers({&row, 1}); }

    using OnBody = pop3::Maildrop::OnBody;
    using OnRefused = pop3::Maildrop::OnRefused;
    /// As Maildrop's; sizes are not compared.
    void retr(std::span<const pop3::Message> messages, const OnBody& on_body, const OnRefused& on_refused);
    void top(std::span<const pop3::Message> messages, unsigned lines, const OnBody& on_body,
             const OnRefused& on_refused);
    std::vector<std::uint32_t> dele(std::span<const std::uint32_t> numbers);

    /// When the configured rule will have it deleted; nothing when it will not, or nobody knows.
    std::optional<base::WallTime> deletion_time(const Row& row) const;

    /// Ends the session with QUIT, which makes deletions true. Throws where the server does not confirm.
    void quit() &&;
    /// Ends it without: after a RETR, since QUIT may delete what was retrieved (RFC 2449 §6.7).
    void hang_up() &&;

private:
    using Flight =
        std::function<void(std::span<const pop3::Message> rest, const OnBody& on_body, const OnRefused& on_refused)>;

    void read_headers(std::span<Row> rows);
    void open();
    pop3::Listing open_and_scan();
    void reopen();
    void in_flights(const std::function<void()>& flight);
    void fly(std::span<const pop3::Message> messages, const OnBody& on_body, const OnRefused& on_refused,
             const Flight& flight);

    config::Account account_;
    pop3::Trace trace_;
    std::optional<state::Ledger> ledger_;
    state::Snapshot known_;
    SessionReport seen_;
    std::optional<pop3::Maildrop> maildrop_;
    pop3::Pipelining pipelining_;
    std::deque<pop3::Listing> listings_; // of each session: uids point into them
    std::vector<Row> rows_;
};

/// The message as `list` prints it, in every format.
output::Record record_of(const Row& row, const Mailbox& mailbox);
output::Value addresses_of(const std::vector<mail::Address>& addresses);

}
