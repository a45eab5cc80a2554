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

std::string text_of(const ListingSums& sums)
{
    auto text = amount(sums.count, sums.octets);
    if (sums.fresh > 0) text += "; " + base::format_count(sums.fresh) + " new";
    if (sums.failed > 0) text += (sums.fresh > 0 ? ", " : "; ") + base::format_count(sums.failed) + " failed";
    return text;
}

// "RETR was refused: …; since 14:02, next try 15:02"
std::string told(const Row& row)
{
    const auto now = base::wall_clock();
    const auto next = row.known->next_try;
    return row.reason + "; since " + base::to_local(row.known->since, now) + ", next try " +
           (next > now ? base::to_local(next, now) : "by the next run");
}

// For people the reason stands where they look, behind the subject, and what will go at the end of the session is told.
output::Record for_people(output::Record record, const Row& row)
{
    if (row.marked) record.set("state", "marked");
    if (!row.unread.empty()) record.set("subject", "(header not read: " + row.unread + ")");
    if (row.reason.empty()) return record;
    const auto subject = row.summary ? row.summary->subject + " " : std::string{};
    return record.set(row.summary ? "subject" : "uid",
                      (row.summary ? subject : std::string{row.message.uid} + " ") + "(" + told(row) + ")");
}

output::Record item_of(const Row& row, const Mailbox& mailbox, const Globals& globals)
{
    auto record = record_of(row, mailbox);
    return globals.machine() ? record : for_people(std::move(record), row);
}

void print(const std::vector<output::Record>& items, const output::Shape& shape, const ListingSums& sums,
           const Globals& globals)
{
    StandardOutput out;
    const auto writer = output::open(globals.kind(), shape, standard_terminal(globals), out);
    for (const auto& item : items) writer->item(item);
    writer->finish({{"count", sums.count}, {"octets", output::Octets{sums.octets}}}, text_of(sums));
}

}

void ListingSums::add(const Row& row)
{
    ++count;
    octets += row.message.size;
    if (row.state() == "new") ++fresh;
    if (row.state() == "failed") ++failed;
    any_fetched = any_fetched || row.state() == "fetched";
    any_header = any_header || row.summary || !row.unread.empty();
}

void print_listing(const Mailbox& mailbox, const std::vector<const Row*>& rows, const Globals& globals)
{
    ListingSums sums;
    std::vector<output::Record> items;
    for (const auto* row : rows) {
        sums.add(*row);
        items.push_back(item_of(*row, mailbox, globals));
    }
    const auto& account = mailbox.account();
    print(items,
          {"messages",
           {{"account", account.name}, {"host", account.dial.host}},
           columns(sums.any_header, sums.any_fetched)},
          sums, globals);
}

void ListingOfSeveral::add(const Mailbox& mailbox, const std::vector<const Row*>& rows)
{
    for (const auto* row : rows) {
        sums_.add(*row);
        auto& item = items_.emplace_back(output::Record{{"account", mailbox.account().name}});
        const auto told = item_of(*row, mailbox, globals_);
        for (const auto& [name, value] : told.fields()) item.set(name, value);
    }
}

void ListingOfSeveral::print() const
{
    auto shown = columns(sums_.any_header, sums_.any_fetched);
    shown.insert(shown.begin(), {"account", "ACCOUNT", output::Column::Align::left, false, 0});
    cli::print(items_, {"messages", {}, std::move(shown)}, sums_, globals_);
}

}
