#include "doubling.hpp"

#include <string>
#include <unordered_set>
#include <vector>

#include <popfetch/base/error.hpp>
#include <popfetch/mail/summary.hpp>
#include <popfetch/pop3/error.hpp>

namespace popfetch::cli {

namespace {

constexpr std::size_t looked_at_each_end = 4;

std::unordered_set<std::string> message_ids(const Survey& survey)
{
    std::unordered_set<std::string> ids;
    survey([&](const delivery::Resting& resting) {
        if (auto id = mail::summarize(resting.head).message_id; !id.empty()) ids.insert(std::move(id));
    });
    return ids;
}

// The oldest and the newest: what was moved elsewhere was moved by age.
std::vector<pop3::Message> sample_of(const pop3::Listing& listing)
{
    std::vector<pop3::Message> sample;
    for (std::size_t i = 0; i < listing.size(); ++i)
        if (i < looked_at_each_end || i + looked_at_each_end >= listing.size()) sample.push_back(listing[i]);
    return sample;
}

struct Found {
    std::size_t looked_at = 0, here = 0;
};

Found look_for(pop3::Maildrop& maildrop, const std::vector<pop3::Message>& sample,
               const std::unordered_set<std::string>& ids)
{
    Found found;
    maildrop.top(
        sample, 0,
        [&](const pop3::Message&, pop3::Body& body) {
            delivery::RestingReader reader;
            body.pour_into(reader);
            const auto id = mail::summarize(reader.take().head).message_id;
            found.looked_at += !id.empty();
            found.here += ids.contains(id);
        },
        [](const pop3::Message&, const pop3::Reply&) {});
    return found;
}

}

void refuse_doubling(pop3::Maildrop& maildrop, const Survey& survey, std::string_view place)
{
    // First of all: asking for capabilities would cost every other account a round trip.
    const auto ids = message_ids(survey);
    if (ids.empty() || (maildrop.capabilities().announced && !maildrop.capabilities().top)) return;
    const auto listing = maildrop.scan();
    const auto [looked_at, here] = look_for(maildrop, sample_of(listing), ids);
    // Less may be what came to two addresses.
    if (here * 2 <= looked_at) return;
    throw base::Error{base::ExitStatus::config, "state.would_double",
                      std::string{place} + ": holds mail that is on the server too (" + std::to_string(here) + " of " +
                          std::to_string(looked_at) + " looked at) and would be doubled",
                      "--adopt takes it as fetched, --force fetches it all the same"};
}

}
