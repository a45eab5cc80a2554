// LIST and UIDL joined (RFC 1939 §5, §7), against a slow reference. Input: the lines of LIST, an empty line, those of
// UIDL.

#include <algorithm>
#include <map>

#include "pop3/listing_parser.hpp"
#include "target.hpp"

using namespace popfetch;

namespace {

struct Slow {
    std::map<std::uint32_t, std::uint64_t> sizes;
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
    std::size_t expected = 0;
    for (const auto& [number, size] : slow.sizes) expected += slow.uids.contains(number);
    fuzz::require(listing.size() == expected, "only what both name is there");
    for (std::size_t i = 0; i < listing.size(); ++i) {
        const auto message = listing[i];
        fuzz::require(i == 0 || listing[i - 1].number < message.number, "numbers ascend");
        fuzz::require(slow.sizes.at(message.number) == message.size, "the size is that of LIST");
        const auto& uid = slow.uids.at(message.number);
        fuzz::require(message.uid == (slow.times(uid) == 1 ? uid : ""), "a UID stands for one message");
        fuzz::require(listing.find(message.number).has_value(), "what is there is found");
        octets += std::min(message.size, UINT64_MAX - octets);
    }
    fuzz::require(listing.octets() == octets, "the octets are the sum");
    const bool same = slow.sizes.size() == expected && slow.uids.size() == expected;
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
