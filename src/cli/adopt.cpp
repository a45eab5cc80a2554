#include "adopt.hpp"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include <popfetch/base/byte_sink.hpp>
#include <popfetch/mail/summary.hpp>

namespace popfetch::cli {

namespace {

// What two copies of one message share, whatever the servers did to the rest of its header. Empty: nothing to go by.
std::string identity(std::string_view head)
{
    const auto summary = mail::summarize(head);
    if (summary.message_id.empty() && !summary.date) return {};
    return summary.message_id + '\n' + (summary.date ? base::to_rfc3339(*summary.date) : "");
}

// The messages at the destination, to be matched once each.
class Resting {
public:
    explicit Resting(const delivery::Target& target)
    {
        target.survey([this](const delivery::Resting& message) {
            if (auto key = identity(message.head); !key.empty()) octets_.emplace(std::move(key), message.octets);
        });
    }

    bool match(const std::string& key, const pop3::Message& listed)
    {
        const auto [begin, end] = octets_.equal_range(key);
        const auto found = std::find_if(begin, end, [&](const auto& entry) { return listed.is_whole(entry.second); });
        if (found == end) return false;
        octets_.erase(found);
        return true;
    }

private:
    std::unordered_multimap<std::string, std::uint64_t> octets_;
};

std::vector<pop3::Message> unknown_of(const pop3::Listing& listing, const state::Ledger& ledger)
{
    const auto known = ledger.snapshot();
    std::vector<pop3::Message> messages;
    for (std::size_t i = 0; i < listing.size(); ++i)
        if (const auto message = listing[i]; message.identified() && !known.find(message.uid))
            messages.push_back(message);
    return messages;
}

}

std::size_t adopt(pop3::Maildrop& maildrop, const delivery::Target& target, state::Ledger& ledger, base::WallTime now)
{
    const auto listing = maildrop.scan();
    const auto unknown = unknown_of(listing, ledger);
    if (unknown.empty()) return 0;

    Resting resting{target};
    std::vector<state::Promise> recognised;
    maildrop.top(
        unknown, 0,
        [&](const pop3::Message& message, pop3::Body& body) {
            base::StringSink head;
            body.pour_into(head);
            const auto key = identity(head.text);
            if (key.empty() || !resting.match(key, message)) return;
            recognised.push_back(
                {std::string{message.uid}, message.size, std::string{target.kind()}, "adopted", {}, 1});
        },
        [](const pop3::Message&, const pop3::Reply&) {});
    ledger.adopt(recognised, now);
    return recognised.size();
}

}
