#include "mailbox.hpp"

#include <unordered_map>

#include <popfetch/base/base64.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/fetch/facts.hpp>
#include <popfetch/pop3/error.hpp>

#include "accounts.hpp"

namespace popfetch::cli {

namespace {

using Texts = std::unordered_map<std::uint32_t, std::string>; // by number

void take_header(Row& row, const Texts& heads, const Texts& refusals)
{
    const auto head = heads.find(row.message.number);
    if (head != heads.end() && !head->second.empty()) {
        row.summary = mail::summarize(head->second);
        row.unread.clear();
        return;
    }
    const auto refusal = refusals.find(row.message.number);
    row.unread = refusal == refusals.end() ? "the server sent an empty header"
                                           : "TOP was refused: \"" + base::printable(refusal->second) + '"';
}

}

std::string_view Row::state() const
{
    if (!known) return "new";
    return known->standing == state::Standing::failed ? "failed" : "fetched";
}

Row row_of(const pop3::Message& message, const state::Snapshot& known)
{
    return {message, message.identified() ? known.find(message.uid) : nullptr, std::nullopt, {}, {}, false};
}

void read_headers(pop3::Maildrop& maildrop, std::span<Row> rows)
{
    std::vector<pop3::Message> messages;
    for (const auto& row : rows)
        if (!row.summary) messages.push_back(row.message);
    Texts heads, refusals;
    maildrop.top(
        messages, 0,
        [&](const pop3::Message& message, pop3::Body& body) {
            base::StringSink head;
            body.pour_into(head);
            heads[message.number] = std::move(head.text);
        },
        [&](const pop3::Message& message, const pop3::Reply& reply) { refusals[message.number] = reply.text; });
    // Only now: a surplus reply, which would shift them all, shows at the end.
    for (auto& row : rows)
        if (!row.summary) take_header(row, heads, refusals);
}

Mailbox::Mailbox(const config::Account& account, const Globals& globals)
    : account_{account}, trace_{trace_to(globals, "")}, ledger_{ledger_to_read(account, globals)},
      known_{ledger_ ? ledger_->snapshot() : state::Snapshot{}}
{
    if (ledger_) pipelining_ = fetch::pipelining(*ledger_);
    open();
    const auto& listing = listings_.back();
    rows_.reserve(listing.size());
    for (std::size_t i = 0; i < listing.size(); ++i) {
        auto row = row_of(listing[i], known_);
        if (row.known && row.known->standing == state::Standing::failed && ledger_)
            if (const auto entry = ledger_->entry(row.message.uid)) row.reason = entry->reason;
        rows_.push_back(std::move(row));
    }
}

pop3::Listing Mailbox::open_and_scan()
{
    seen_ = {};
    maildrop_.reset(); // the server may allow one session at a time
    maildrop_.emplace(open_maildrop(account_, {trace_, nullptr, {}, pipelining_}, seen_));
    maildrop_->set_transfer({.sizes = pop3::SizeTrust::wrong});
    return maildrop_->scan();
}

void Mailbox::open()
{
    for (;;) {
        try {
            listings_.push_back(open_and_scan());
            return;
        } catch (const pop3::PipeliningBroken& error) {
            if (!pipelining_.allows(error.verb())) throw;
            pipelining_.forbid(error.verb());
        }
    }
}

// The rows, and what was chosen of them, must mean the same messages as before.
void Mailbox::reopen()
{
    open();
    const auto& listing = listings_.back();
    bool same = listing.size() == rows_.size();
    for (std::size_t i = 0; same && i < listing.size(); ++i)
        same = listing[i].number == rows_[i].message.number && listing[i].size == rows_[i].message.size &&
               listing[i].uid == rows_[i].message.uid;
    if (!same)
        throw base::Error{base::ExitStatus::temporary, "list.changed",
                          maildrop_->stream().peer() + ": the mailbox has changed meanwhile, and nothing was done",
                          "try again"};
    std::vector<std::uint32_t> marked;
    for (const auto& row : rows_)
        if (row.marked) marked.push_back(row.message.number);
    if (!maildrop_->dele(marked).empty())
        throw base::Error{base::ExitStatus::temporary, "server.refused",
                          maildrop_->stream().peer() + ": the server refused to mark again what was marked"};
}

void Mailbox::in_flights(const std::function<void()>& flight)
{
    for (;;) {
        try {
            return flight();
        } catch (const pop3::PipeliningBroken& error) {
            if (!pipelining_.allows(error.verb())) throw;
            pipelining_.forbid(error.verb());
        }
        reopen();
    }
}

void Mailbox::fly(std::span<const pop3::Message> messages, const OnBody& on_body, const OnRefused& on_refused,
                  const Flight& flight)
{
    std::size_t done = 0;
    bool within = false; // what was given out already is not given out again
    const auto next_body = [&](const pop3::Message& message, pop3::Body& body) {
        within = true;
        on_body(message, body);
        within = false;
        ++done;
    };
    const auto next_refusal = [&](const pop3::Message& message, const pop3::Reply& reply) {
        on_refused(message, reply);
        ++done;
    };
    in_flights([&] {
        try {
            flight(messages.subspan(done), next_body, next_refusal);
        } catch (const pop3::PipeliningBroken& error) {
            if (!within) throw;
            throw base::Error{base::ExitStatus::temporary, error.kind(), error.what()};
        }
    });
}

void Mailbox::retr(std::span<const pop3::Message> messages, const OnBody& on_body, const OnRefused& on_refused)
{
    fly(messages, on_body, on_refused,
        [this](auto rest, const auto& body, const auto& refused) { maildrop_->retr(rest, body, refused); });
}

void Mailbox::top(std::span<const pop3::Message> messages, unsigned lines, const OnBody& on_body,
                  const OnRefused& on_refused)
{
    fly(messages, on_body, on_refused, [this, lines](auto rest, const auto& body, const auto& refused) {
        maildrop_->top(rest, lines, body, refused);
    });
}

std::vector<std::uint32_t> Mailbox::dele(std::span<const std::uint32_t> numbers)
{
    std::vector<std::uint32_t> refused;
    in_flights([&] { refused = maildrop_->dele(numbers); });
    return refused;
}

void Mailbox::read_headers(std::span<Row> rows)
{
    in_flights([&] { cli::read_headers(*maildrop_, rows); });
}

std::optional<base::WallTime> Mailbox::deletion_time(const Row& row) const
{
    if (!row.known || row.known->standing == state::Standing::failed) return std::nullopt;
    if (const auto* age = std::get_if<fetch::Age>(&account_.policy.remove)) return row.known->since + age->age;
    return std::nullopt;
}

void Mailbox::quit() &&
{
    const auto peer = maildrop_->stream().peer(); // quit() ends the stream
    const auto reply = std::move(*maildrop_).quit();
    if (!reply.ok) throw pop3::Refused{peer + ": QUIT was refused", reply, "list shows what is still there"};
}

void Mailbox::hang_up() && { std::move(*maildrop_).hang_up(); }

output::Value addresses_of(const std::vector<mail::Address>& addresses)
{
    output::Value::List list;
    for (const auto& address : addresses)
        list.emplace_back(output::Record{{"name", address.name}, {"address", address.address}});
    return list;
}

output::Record record_of(const Row& row, const Mailbox& mailbox)
{
    output::Record record{{"number", row.message.number},
                          {"uid", row.message.uid},
                          {"size", output::Octets{row.message.size}},
                          {"state", row.state()}};
    const bool fetched = row.state() == "fetched";
    record.set("fetched_at", fetched ? output::Value{row.known->since} : output::Value{});
    if (const auto time = mailbox.deletion_time(row)) record.set("delete_at", *time);
    if (!row.reason.empty())
        record.set("reason", row.reason).set("attempts", row.known->attempts).set("next_try", row.known->next_try);
    if (!row.unread.empty()) record.set("header_error", row.unread);
    if (!row.summary) return record;

    const auto& summary = *row.summary;
    record.set("from", addresses_of(summary.from)).set("to", addresses_of(summary.to)).set("subject", summary.subject);
    if (summary.subject_raw) record.set("subject_raw", base::to_base64(*summary.subject_raw));
    record.set("date", summary.date ? output::Value{*summary.date} : output::Value{});
    record.set("message_id", summary.message_id);
    return record;
}

}
