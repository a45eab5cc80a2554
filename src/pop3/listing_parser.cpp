#include "listing_parser.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/number.hpp>

namespace popfetch::pop3 {

namespace {

std::optional<std::uint32_t> take_number(std::string_view& line)
{
    return base::parse_number<std::uint32_t>(base::take_word(line), 1);
}

Message message_of(const ScanLine& scan)
{
    constexpr auto largest = std::uint64_t{1} << 50; // no disk would hold it: as good as no size
    return {.number = scan.number,
            .size = scan.size.value_or(0),
            .uid = {},
            .has_size = scan.size && *scan.size <= largest};
}

// Ascending by number; of two lines with one number the first counts. Returns how many were dropped.
template<typename Line>
unsigned sort_and_drop_repeated(std::vector<Line>& lines)
{
    if (!std::ranges::is_sorted(lines, {}, &Line::number)) std::ranges::stable_sort(lines, {}, &Line::number);
    const auto same = [](const Line& a, const Line& b) { return a.number == b.number; };
    const auto repeated = std::unique(lines.begin(), lines.end(), same);
    const auto dropped = static_cast<unsigned>(lines.end() - repeated);
    lines.erase(repeated, lines.end());
    return dropped;
}

}

std::optional<ScanLine> parse_scan_line(std::string_view line)
{
    line = base::trim(line);
    const auto number = take_number(line);
    if (!number) return std::nullopt;
    return ScanLine{*number, base::parse_number<std::uint64_t>(base::take_word(line))};
}

std::optional<UidLine> parse_uid_line(std::string_view line)
{
    line = base::trim(line);
    const auto number = take_number(line);
    if (!number) return std::nullopt;
    return UidLine{*number, line.size() > longest_uid ? std::string_view{} : line};
}

void ListingParser::add_scan_line(std::string_view line)
{
    if (const auto parsed = parse_scan_line(line))
        scans_.push_back(*parsed);
    else
        ++skipped_;
}

void ListingParser::add_uid_line(std::string_view line)
{
    const auto parsed = parse_uid_line(line);
    if (!parsed) {
        ++skipped_;
        return;
    }
    uids_.push_back({arena_.size(), parsed->number, static_cast<std::uint32_t>(parsed->uid.size())});
    arena_ += parsed->uid;
}

void ListingParser::put_in_order()
{
    skipped_ += sort_and_drop_repeated(scans_);
    skipped_ += sort_and_drop_repeated(uids_);
}

// A UID that stands twice identifies neither message (FAULTS P24). Found by sorting hashes: a server that chooses its
// UIDs so that they collide only makes this compare them as text, n log n times.
void ListingParser::drop_repeated_uids()
{
    std::vector<std::pair<std::size_t, Uid*>> hashes;
    hashes.reserve(uids_.size());
    for (auto& uid : uids_)
        if (uid.length > 0) hashes.emplace_back(std::hash<std::string_view>{}(text(uid)), &uid);
    std::ranges::sort(hashes, {}, &std::pair<std::size_t, Uid*>::first);

    for (auto first = hashes.begin(); first != hashes.end();) {
        const auto last =
            std::find_if(first, hashes.end(), [&](const auto& other) { return other.first != first->first; });
        if (last - first > 1) {
            std::sort(first, last, [&](const auto& a, const auto& b) { return text(*a.second) < text(*b.second); });
            std::vector<Uid*> repeated;
            for (auto at = first + 1; at != last; ++at)
                if (text(*at->second) == text(*(at - 1)->second))
                    repeated.insert(repeated.end(), {at->second, (at - 1)->second});
            for (auto* uid : repeated) uid->length = 0;
        }
        first = last;
    }
}

Listing ListingParser::without_uids()
{
    put_in_order();
    Listing listing;
    listing.reserve(scans_.size());
    for (const auto& scan : scans_) listing.add(message_of(scan));
    listing.skipped_lines = skipped_;
    return listing;
}

Listing ListingParser::joined(std::optional<std::uint64_t> expected)
{
    put_in_order();
    drop_repeated_uids();
    Listing listing;
    listing.has_uids = true;
    listing.skipped_lines = skipped_;
    listing.reserve(std::max(scans_.size(), uids_.size()));

    auto uid = uids_.begin();
    const auto add_uids_before = [&](std::uint64_t number) { // those that LIST leaves out
        for (; uid != uids_.end() && uid->number < number; ++uid)
            listing.add({.number = uid->number, .size = 0, .uid = text(*uid), .has_size = false});
    };
    for (const auto& scan : scans_) {
        add_uids_before(scan.number);
        auto message = message_of(scan);
        message.has_uid_line = uid != uids_.end() && uid->number == scan.number;
        if (message.has_uid_line) message.uid = text(*uid++);
        listing.add(message);
    }
    add_uids_before(std::numeric_limits<std::uint64_t>::max());

    const bool same_messages = listing.size() == scans_.size() && listing.size() == uids_.size();
    if (expected && *expected > listing.size()) listing.unlisted = *expected - listing.size();
    listing.complete = same_messages && skipped_ == 0 && (!expected || *expected == listing.size());
    return listing;
}

}
