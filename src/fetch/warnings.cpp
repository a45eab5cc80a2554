#include "warnings.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <popfetch/base/units.hpp>

namespace popfetch::fetch {

namespace {

std::string so_many(std::uint64_t count, std::string_view one)
{
    return base::format_count(count) + ' ' + std::string{one} + (count == 1 ? "" : "s");
}

// "2, 3, 4, 5 and 12 more", by number.
std::string numbers_of(std::vector<std::uint32_t> numbers)
{
    constexpr std::size_t most = 5;
    std::ranges::sort(numbers);
    std::string text;
    for (std::size_t i = 0; i < std::min(numbers.size(), most); ++i)
        text += (i > 0 ? ", " : "") + std::to_string(numbers[i]);
    if (numbers.size() > most) text += " and " + base::format_count(numbers.size() - most) + " more";
    return text;
}

std::vector<std::uint32_t> waiting_for(std::span<const Decision> decisions, std::string_view reason)
{
    std::vector<std::uint32_t> numbers;
    for (const auto& d : decisions)
        if (d.action == Action::skip && d.reason == reason) numbers.push_back(d.message.number);
    return numbers;
}

}

void warn_of_listing(const pop3::Listing& listing, Report& report)
{
    std::uint64_t without_size = 0;
    for (std::size_t i = 0; i < listing.size(); ++i) without_size += !listing[i].has_size;
    if (without_size > 0)
        report.warned("LIST gives no size for " + so_many(without_size, "message") +
                      (without_size == 1 ? ", which is" : ", which are") + " fetched all the same");
    if (listing.skipped_lines > 0)
        report.warned(so_many(listing.skipped_lines, "line") + " of LIST and UIDL made no sense");
    if (listing.unlisted > 0)
        report.warned("STAT counts " + so_many(listing.unlisted, "message") + " more than LIST and UIDL name" +
                      (listing.unlisted == 1 ? "; it stays" : "; they stay") + " on the server");
}

void warn_of_waiting(std::span<const Decision> decisions, Report& report)
{
    const auto tell = [&](std::string_view reason, const auto& text) {
        if (const auto numbers = waiting_for(decisions, reason); !numbers.empty()) report.warned(text(numbers));
    };
    tell("no_space", [](const auto& numbers) {
        return "not enough space for " + so_many(numbers.size(), "message") +
               (numbers.size() == 1 ? ", which stays" : ", which stay") + " on the server: " + numbers_of(numbers);
    });
    tell("no_uid", [](const auto& numbers) {
        return "UIDL leaves out " + so_many(numbers.size(), "message") +
               (numbers.size() == 1 ? ", which cannot" : ", which cannot") +
               " be told from new mail and stays on the server: " + numbers_of(numbers);
    });
    tell("retry_later", [](const auto& numbers) {
        return so_many(numbers.size(), "message") + " that failed before " + (numbers.size() == 1 ? "waits" : "wait") +
               " for the next try, and popfetch list says why: " + numbers_of(numbers);
    });
    tell("in_doubt", [](const auto& numbers) {
        return so_many(numbers.size(), "interrupted delivery") + " not settled yet: " + numbers_of(numbers);
    });
}

}
