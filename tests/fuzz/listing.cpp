// LIST and UIDL joined (RFC 1939 §5, §7), against a slow reference. Input: the lines of LIST, an empty line, those of
// UIDL.

#include <algorithm>
#include <map>
#include <optional>

#include "pop3/listing_parser.hpp"
#include "target.hpp"

using namespace popfetch;

namespace {

struct Slow {
    std::map<std::uint32_t, std::optional<std::uint64_t>> sizes;
    std::map<std::uint32_t, std::string> uids;

    unsigned times(const std::string& uid) const
    {
        unsigned count = 0;
        for (const auto& entry : uids) count += entry.second == uid;
        return count;
    }
};

void compare(const pop3::Listing& listing, const Slow& slow, bool skipped)
{
    std::uint64_t octets = 0;
    std::size_t in_both = 0;
    for (const auto& [number, size] : slow.sizes) in_both += slow.uids.contains(number);
    fuzz::require(listing.size() == slow.sizes.size() + slow.uids.size() - in_both, "what either names is there once");
    for (std::size_t i = 0; i < listing.size(); ++i) {
        const auto message = listing[i];
        fuzz::require(i == 0 || listing[i - 1].number < message.number, "numbers ascend");
        const auto size = slow.sizes.find(message.number);
        const auto listed = size == slow.sizes.end() ? std::nullopt : size->second;
        fuzz::require(message.has_size == (listed && *listed <= std::uint64_t{1} << 50), "a size is known or it is not");
        fuzz::require(message.size == listed.value_or(0), "the size is that of LIST");
        const auto uid = slow.uids.find(message.number);
        fuzz::require(message.has_uid_line == (uid != slow.uids.end()), "UIDL names it or does not");
        const bool unique = message.has_uid_line && slow.times(uid->second) == 1;
        fuzz::require(message.uid == (unique ? uid->second : ""), "a UID stands for one message");
        fuzz::require(listing.find(message.number).has_value(), "what is there is found");
        octets += std::min(message.believed_size(), UINT64_MAX - octets);
    }
    fuzz::require(listing.octets() == octets, "the octets are the sum");
    const bool same = slow.sizes.size() == in_both && slow.uids.size() == in_both;
    fuzz::require(listing.complete == (same && !skipped), "complete means that nothing was left out");
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::Input input{data, size};
    pop3::ListingParser parser;
    Slow slow;
    bool skipped = false, uidl = false;
    while (!input.empty()) {
        const auto line = input.up_to('\n');
        if (line.empty() && !uidl) {
            uidl = true;
        } else if (uidl) {
            parser.add_uid_line(line);
            const auto parsed = pop3::parse_uid_line(line);
            skipped |= !parsed || !slow.uids.emplace(parsed->number, parsed->uid).second;
            fuzz::require(!parsed || parsed->uid.size() <= pop3::longest_uid, "a UID has an end");
        } else {
            parser.add_scan_line(line);
            const auto parsed = pop3::parse_scan_line(line);
            skipped |= !parsed || !slow.sizes.emplace(parsed->number, parsed->size).second;
        }
    }
    compare(parser.joined(std::nullopt), slow, skipped);
    return 0;
}
