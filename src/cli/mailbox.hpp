#pragma once
// A mailbox as `list`, `show`, `save`, `delete` and `shell` see it: the server's listing joined with what the ledger
// knows, and with headers where they are asked for.

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
    std::string reason;  // why it failed
    bool marked = false; // for deletion, in this session

    std::string_view state() const; // "new", "fetched", "failed"
};

/// A row of what is known about a message.
Row row_of(const pop3::Message& message, const state::Snapshot& known);
/// Adds From, To, Subject, Date and Message-ID to those that have none yet, through one pipelined flight of TOP.
void read_headers(pop3::Maildrop& maildrop, std::span<Row> rows);

class Mailbox {
public:
    /// Logs in and lists. Throws what a session throws.
    Mailbox(const config::Account& account, const Globals& globals);

    const config::Account& account() const { return account_; }
    pop3::Maildrop& maildrop() { return *maildrop_; }
    std::vector<Row>& rows() { return rows_; }
    const SessionReport& session() const { return seen_; }

    /// Of every row.
    void read_headers() { cli::read_headers(*maildrop_, rows_); }
    /// Of one row.
    void read_header(Row& row) { cli::read_headers(*maildrop_, {&row, 1}); }

    /// When the configured rule will have it deleted; nothing when it will not, or nobody knows.
    std::optional<base::WallTime> deletion_time(const Row& row) const;

    /// Ends the session with QUIT, which makes deletions true. Throws where the server does not confirm.
    void quit() &&;
    /// Ends it without: after a RETR, since QUIT may delete what was retrieved (RFC 2449 §6.7).
    void hang_up() &&;

private:
    config::Account account_;
    std::optional<state::Ledger> ledger_;
    state::Snapshot known_;
    SessionReport seen_;
    std::optional<pop3::Maildrop> maildrop_;
    pop3::Listing listing_;
    std::vector<Row> rows_;
};

/// The message as `list` prints it, in every format.
output::Record record_of(const Row& row, const Mailbox& mailbox);
output::Value addresses_of(const std::vector<mail::Address>& addresses);

}
