#include "listing_table.hpp"

#include <algorithm>

#include <popfetch/base/units.hpp>

#include "amount.hpp"
#include "screen.hpp"

namespace popfetch::cli {

namespace {

std::vector<output::Column> columns(bool with_headers, bool any_fetched)
{
    using enum output::Column::Align;
    std::vector<output::Column> result{
        {"number", "NO", right, false, 0}, {"state", "STATE", left, false, 0}, {"size", "SIZE", right, false, 0}};
    if (with_headers) {
        result.push_back({"date", "DATE", left, false, 0});
        result.push_back({"from", "FROM", left, false, 24});
        result.push_back({"subject", "SUBJECT", left, true, 0});
    } else {
        if (any_fetched) result.push_back({"fetched_at", "FETCHED", left, false, 0});
        result.push_back({"uid", "UID", left, true, 0});
    }
    return result;
}

std::string summary(const std::vector<const Row*>& rows)
{
    std::uint64_t octets = 0, fresh = 0, failed = 0;
    for (const auto* row : rows) {
        octets += row->message.size;
        if (row->state() == "new") ++fresh;
        if (row->state() == "failed") ++failed;
    }
    auto text = amount(rows.size(), octets);
    if (fresh > 0) text += "; " + base::format_count(fresh) + " new";
    if (failed > 0) text += (fresh > 0 ? ", " : "; ") + base::format_count(failed) + " failed";
    return text;
}

// For people the reason stands where they look, behind the subject, and what will go at the end of the session is told.
output::Record for_people(output::Record record, const Row& row)
{
    if (row.marked) record.set("state", "marked");
    if (!row.unread.empty()) record.set("subject", "(header not read: " + row.unread + ")");
    if (row.reason.empty()) return record;
    const auto subject = row.summary ? row.summary->subject + " " : std::string{};
    return record.set(row.summary ? "subject" : "uid",
                      (row.summary ? subject : std::string{row.message.uid} + " ") + "(" + row.reason + ")");
}

}

void print_listing(const Mailbox& mailbox, const std::vector<const Row*>& rows, const Globals& globals)
{
    const bool with_headers =
        std::ranges::any_of(rows, [](const Row* row) { return row->summary || !row->unread.empty(); });
    const bool any_fetched = std::ranges::any_of(rows, [](const Row* row) { return row->state() == "fetched"; });
    const output::Shape shape{"messages",
                              {{"account", mailbox.account().name}, {"host", mailbox.account().dial.host}},
                              columns(with_headers, any_fetched)};
    StandardOutput out;
    const auto writer = output::open(globals.kind(), shape, standard_terminal(globals), out);
    std::uint64_t octets = 0;
    for (const auto* row : rows) {
        octets += row->message.size;
        auto record = record_of(*row, mailbox);
        writer->item(globals.machine() ? record : for_people(std::move(record), *row));
    }
    writer->finish({{"count", std::uint64_t{rows.size()}}, {"octets", output::Octets{octets}}}, summary(rows));
}

}
