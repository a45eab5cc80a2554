#include "mailbox.hpp"

#include <popfetch/base/base64.hpp>
#include <popfetch/fetch/facts.hpp>
#include <popfetch/pop3/error.hpp>

#include "accounts.hpp"

namespace popfetch::cli {

std::string_view Row::state() const
{
    if (!known) return "new";
    return known->standing == state::Standing::failed ? "failed" : "fetched";
}

Row row_of(const pop3::Message& message, const state::Snapshot& known)
{
    return {message, message.identified() ? known.find(message.uid) : nullptr, std::nullopt, {}, false};
}

void read_headers(pop3::Maildrop& maildrop, std::span<Row> rows)
{
    std::vector<pop3::Message> messages;
    for (const auto& row : rows)
        if (!row.summary) messages.push_back(row.message);
    auto next = rows.begin(); // replies come in the order of the rows
    maildrop.top(
        messages, 0,
        [&](const pop3::Message& message, pop3::Body& body) {
            base::StringSink head;
            body.pour_into(head);
            while (next->message.number != message.number) ++next;
            next->summary = mail::summarize(head.text);
        },
        [](const pop3::Message&, const pop3::Reply&) {});
}

Mailbox::Mailbox(const config::Account& account, const Globals& globals)
    : account_{account}, ledger_{ledger_to_read(account, globals)}, known_{ledger_ ? ledger_->snapshot()
                                                                                   : state::Snapshot{}},
      maildrop_{open_maildrop(account_, {trace_to(globals, ""), nullptr, {}}, seen_)}
{
    if (ledger_ && fetch::pipelining_broken(*ledger_)) maildrop_->set_transfer({.pipelining = false});
    listing_ = maildrop_->scan();
    rows_.reserve(listing_.size());
    for (std::size_t i = 0; i < listing_.size(); ++i) {
        auto row = row_of(listing_[i], known_);
        if (row.known && row.known->standing == state::Standing::failed && ledger_)
            if (const auto entry = ledger_->entry(row.message.uid)) row.reason = entry->reason;
        rows_.push_back(std::move(row));
    }
}

std::optional<base::WallTime> Mailbox::deletion_time(const Row& row) const
{
    if (!row.known || row.known->standing == state::Standing::failed) return std::nullopt;
    if (const auto* age = std::get_if<fetch::Age>(&account_.policy.remove)) return row.known->since + age->age;
    return std::nullopt;
}

void Mailbox::quit() &&
{
    const auto reply = std::move(*maildrop_).quit();
    if (!reply.ok)
        throw pop3::Refused{maildrop_->stream().peer() + ": QUIT was refused", reply, "list shows what is still there"};
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
    if (!row.summary) return record;

    const auto& summary = *row.summary;
    record.set("from", addresses_of(summary.from)).set("to", addresses_of(summary.to)).set("subject", summary.subject);
    if (summary.subject_raw) record.set("subject_raw", base::to_base64(*summary.subject_raw));
    record.set("date", summary.date ? output::Value{*summary.date} : output::Value{});
    record.set("message_id", summary.message_id);
    return record;
}

}
