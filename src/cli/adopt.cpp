#include "adopt.hpp"

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <vector>

#include <popfetch/mail/summary.hpp>
#include <popfetch/pop3/error.hpp>

namespace popfetch::cli {

namespace {

// A message on the server, by what TOP n 0 says.
struct Listed {
    pop3::Message message;
    std::string key;
    std::uint64_t body = 0; // octets
    bool is_known = false;  // to the ledger
};

// A message that lies here.
struct Stored {
    std::string title, digest;
    std::uint64_t body = 0, from_lines = 0;
    bool is_taken = false;

    // A store adds a sign to each line "From ", and an empty line at the end or takes it away.
    bool fits(const Listed& listed) const
    {
        const auto difference = body > listed.body ? body - listed.body : listed.body - body;
        return difference <= from_lines + 2;
    }
};

// What two copies of one message share, whatever servers and fetchers did to the rest of its header. Both parts may be
// empty.
std::string key_of(const mail::Summary& summary)
{
    return summary.message_id + '\n' + (summary.date ? base::to_rfc3339(*summary.date) : "");
}
bool says_something(const std::string& key) { return key.size() > 1; }

// Beside the body's bytes: two messages of one body are told apart by it.
std::string title_of(const mail::Summary& summary)
{
    std::string title = summary.subject;
    for (const auto& sender : summary.from) title += '\n' + sender.name + '\n' + sender.address;
    return title;
}

[[noreturn]] void refuse(const pop3::Message& message, const pop3::Reply& reply)
{
    throw pop3::Refused{
        "TOP " + std::to_string(message.number) + " was refused, so mail that lies here cannot be recognised", reply};
}

void read_tops(pop3::Maildrop& maildrop, const std::vector<pop3::Message>& messages, unsigned lines,
               const std::function<void(const pop3::Message&, delivery::Resting)>& see)
{
    maildrop.top(
        messages, lines,
        [&](const pop3::Message& message, pop3::Body& body) {
            delivery::RestingReader reader;
            body.pour_into(reader);
            see(message, reader.take());
        },
        refuse);
}

using ByKey = std::unordered_map<std::string, std::vector<Listed>>;

// Known messages too: their copies are theirs.
ByKey listed_by_key(pop3::Maildrop& maildrop, const pop3::Listing& listing, const state::Snapshot& known)
{
    std::vector<pop3::Message> messages;
    for (std::size_t i = 0; i < listing.size(); ++i)
        if (const auto message = listing[i]; message.identified()) messages.push_back(message);
    ByKey by_key;
    read_tops(maildrop, messages, 0, [&](const pop3::Message& message, delivery::Resting top) {
        const auto head_octets = top.octets - top.body_octets;
        auto key = key_of(mail::summarize(top.head));
        auto& group = by_key[key];
        group.push_back({message, std::move(key), message.size - std::min(message.size, head_octets),
                         known.find(message.uid) != nullptr});
    });
    std::erase_if(by_key, [](const auto& entry) { return std::ranges::all_of(entry.second, &Listed::is_known); });
    return by_key;
}

using StoredByKey = std::unordered_map<std::string, std::vector<Stored>>;

StoredByKey stored_by_key(const Survey& survey, const ByKey& wanted)
{
    StoredByKey by_key;
    survey([&](const delivery::Resting& resting) {
        const auto summary = mail::summarize(resting.head);
        const auto key = key_of(summary);
        if (wanted.contains(key))
            by_key[key].push_back(
                {title_of(summary), resting.body_digest, resting.body_octets, resting.from_lines, false});
    });
    return by_key;
}

// Where nothing is left to doubt: one on the server, one here.
bool is_plain_match(const std::vector<Listed>& listed, const std::vector<Stored>& stored)
{
    return listed.size() == 1 && stored.size() == 1 && says_something(listed.front().key) &&
           stored.front().fits(listed.front());
}

bool take(std::vector<Stored>& stored, const std::string& title, const std::string& digest)
{
    const auto found = std::ranges::find_if(stored, [&](const Stored& candidate) {
        return !candidate.is_taken && candidate.digest == digest && candidate.title == title;
    });
    if (found == stored.end()) return false;
    found->is_taken = true;
    return true;
}

// Of mail that has neither Message-ID nor Date there may be much, and no two of it alike.
bool may_be_here(const Listed& listed, const std::vector<Stored>& stored)
{
    return says_something(listed.key) ||
           std::ranges::any_of(stored, [&](const Stored& candidate) { return candidate.fits(listed); });
}

// Those whose bytes lie here, each copy counted once; what the ledger knows first, since its copy is its own.
std::vector<pop3::Message> matched_by_bytes(pop3::Maildrop& maildrop, std::vector<Listed> doubtful, StoredByKey& stored)
{
    std::ranges::stable_partition(doubtful, &Listed::is_known);
    std::vector<pop3::Message> messages;
    std::uint64_t lines = 1; // a message has no more lines than octets
    for (const auto& listed : doubtful) {
        messages.push_back(listed.message);
        lines = std::max(lines, listed.message.size);
    }
    lines = std::min<std::uint64_t>(lines, std::numeric_limits<std::int32_t>::max());
    std::vector<pop3::Message> matched;
    std::size_t next = 0;
    read_tops(maildrop, messages, static_cast<unsigned>(lines),
              [&](const pop3::Message& message, delivery::Resting all) {
                  const auto& listed = doubtful[next++];
                  const bool is_here = take(stored[listed.key], title_of(mail::summarize(all.head)), all.body_digest);
                  if (is_here && !listed.is_known) matched.push_back(message);
              });
    return matched;
}

std::vector<pop3::Message> recognised(pop3::Maildrop& maildrop, ByKey listed, StoredByKey stored)
{
    std::vector<pop3::Message> found;
    std::vector<Listed> doubtful;
    for (auto& [key, group] : listed) {
        const auto here = stored.find(key);
        if (here == stored.end()) continue;
        if (is_plain_match(group, here->second)) {
            found.push_back(group.front().message);
            continue;
        }
        std::ranges::copy_if(group, std::back_inserter(doubtful),
                             [&](const Listed& each) { return may_be_here(each, here->second); });
    }
    if (doubtful.empty()) return found;
    const auto by_bytes = matched_by_bytes(maildrop, std::move(doubtful), stored);
    found.insert(found.end(), by_bytes.begin(), by_bytes.end());
    return found;
}

std::vector<state::Promise> promises_of(const std::vector<pop3::Message>& messages, std::string_view target,
                                        std::string_view place)
{
    std::vector<state::Promise> promises;
    for (const auto& message : messages)
        promises.push_back({std::string{message.uid}, message.size, std::string{target}, std::string{place}, {}, 1});
    return promises;
}

std::vector<pop3::Message> unknown_of(const pop3::Listing& listing, const state::Snapshot& known)
{
    std::vector<pop3::Message> messages;
    for (std::size_t i = 0; i < listing.size(); ++i)
        if (const auto message = listing[i]; message.identified() && !known.find(message.uid))
            messages.push_back(message);
    return messages;
}

}

Adoption adopt(pop3::Maildrop& maildrop, const Survey& survey, std::string_view stored_as, state::Ledger& ledger,
               base::WallTime now)
{
    const auto listing = maildrop.scan();
    const auto known = ledger.snapshot();
    Adoption adoption;
    adoption.unknown = unknown_of(listing, known).size();
    if (adoption.unknown == 0) return adoption;

    auto listed = listed_by_key(maildrop, listing, known);
    auto stored = stored_by_key(survey, listed);
    const auto found = recognised(maildrop, std::move(listed), std::move(stored));
    ledger.adopt(promises_of(found, stored_as, "adopted"), now);
    adoption.recognised = found.size();
    return adoption;
}

std::size_t mark_fetched(pop3::Maildrop& maildrop, state::Ledger& ledger, base::WallTime now)
{
    const auto listing = maildrop.scan();
    const auto unknown = unknown_of(listing, ledger.snapshot());
    ledger.mark_fetched(promises_of(unknown, "none", "marked as fetched"), now);
    return unknown.size();
}

}
