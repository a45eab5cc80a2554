#include <popfetch/fetch/policy.hpp>

#include <algorithm>
#include <array>
#include <span>

#include <popfetch/base/units.hpp>

namespace popfetch::fetch {

namespace {

Decision decision(const pop3::Message& message, Action action, std::string_view reason, std::string why)
{
    return {message, action, std::move(why), reason, {}};
}

Decision of_failed(const pop3::Message& message, const state::Known& known, const Policy& policy, base::WallTime now)
{
    const std::string times = known.attempts == 1 ? "once" : base::format_count(known.attempts) + " times";
    if (known.next_try > now && !policy.force)
        return decision(message, Action::skip, "retry_later",
                        "failed " + times + ", next try " + base::to_local(known.next_try, now));
    return decision(message, Action::fetch, "retry", "failed " + times + " before");
}

Decision of_known(const pop3::Message& message, const state::Known& known, const Policy& policy, base::WallTime now,
                  pop3::SizeTrust sizes)
{
    if (known.standing == state::Standing::failed) return of_failed(message, known, policy, now);
    if (known.standing == state::Standing::promised)
        return decision(message, Action::skip, "in_doubt", "its delivery was interrupted and is not settled");
    // A server that counts octets truly has given the UID to another message (Cyrus issue 374).
    const bool same_size = !message.has_size || known.size == message.size;
    if (!same_size && sizes == pop3::SizeTrust::exact)
        return decision(message, Action::fetch, "size_changed", "known, but with another size");
    if (policy.again) return decision(message, Action::fetch, "again", "fetched before");
    return {message, Action::keep, {}, "fetched", known.since};
}

// A listing has shown that our deletion took place, so this UID is another message's now.
bool was_deleted(const state::Known& known)
{
    return known.standing == state::Standing::gone && known.deletion_wanted;
}

Decision of(const pop3::Message& message, const state::Snapshot& known, const Policy& policy, base::WallTime now,
            pop3::SizeTrust sizes)
{
    Decision result;
    if (!message.has_uid_line && !std::holds_alternative<Fetched>(policy.remove))
        return decision(message, Action::skip, "no_uid", "UIDL leaves it out, so it cannot be told from new mail");
    if (!message.identified())
        result = decision(message, Action::fetch, "unidentified", "the server gives it no UID of its own");
    else if (const auto* record = known.find(message.uid); record && !was_deleted(*record))
        result = of_known(message, *record, policy, now, sizes);
    else
        result = decision(message, Action::fetch, "new", "new");

    if (result.action == Action::fetch && policy.max_size && message.size > *policy.max_size)
        return decision(message, Action::skip, "too_large",
                        "larger than max_size " + base::format_size(*policy.max_size));
    return result;
}

void put_in_order(std::span<Decision> fetches, Order order)
{
    if (order == Order::newest_first)
        std::ranges::sort(fetches, std::greater{}, [](const Decision& d) { return d.message.number; });
    if (order == Order::smallest_first)
        std::ranges::stable_sort(fetches, std::less{}, [](const Decision& d) { return d.message.size; });
}

void limit_run(std::span<Decision> fetches, const Policy& policy)
{
    std::uint64_t messages = 0, octets = 0;
    for (auto& d : fetches) {
        const bool over = (policy.max_messages && messages + 1 > *policy.max_messages) ||
                          (policy.max_bytes && messages > 0 && octets + d.message.believed_size() > *policy.max_bytes);
        if (over) {
            d = decision(d.message, Action::skip, "limit", "the limit of this run is reached");
            continue;
        }
        ++messages;
        octets += d.message.believed_size();
    }
}

// Which of the settled messages, given from the newest to the oldest, have had their time.
class Expiry {
public:
    using Why = std::optional<std::string>;

    Expiry(const DeleteRule& rule, base::WallTime now) : rule_{rule}, now_{now} {}

    /// Every message of the listing passes here, newest first, whether it may be deleted or not.
    Why why(const pop3::Message& message, const state::Known* settled)
    {
        ++messages_;
        octets_ += message.believed_size();
        if (!settled) return std::nullopt;
        return std::visit([&](const auto& rule) { return judge(rule, *settled); }, rule_);
    }

private:
    Why judge(const Never&, const state::Known&) const { return std::nullopt; }
    Why judge(const Fetched&, const state::Known&) const { return "fetched"; }
    Why judge(const Age& rule, const state::Known& known) const
    {
        if (known.since + rule.age > now_) return std::nullopt;
        return "fetched more than " + base::format_duration(rule.age) + " ago";
    }
    Why judge(const KeepNewest& rule, const state::Known&) const
    {
        if (messages_ <= rule.messages) return std::nullopt;
        return "not among the newest " + base::format_count(rule.messages);
    }
    Why judge(const KeepBytes& rule, const state::Known&) const
    {
        if (octets_ <= rule.octets) return std::nullopt;
        return "beyond the newest " + base::format_size(rule.octets);
    }

    const DeleteRule& rule_;
    base::WallTime now_;
    std::uint64_t messages_ = 0, octets_ = 0;
};

}

std::string_view ledger_id(const pop3::Message& message, const Identities& identities)
{
    if (message.identified()) return message.uid;
    const auto found = identities.find(message.number);
    return found == identities.end() ? std::string_view{} : std::string_view{found->second};
}

std::vector<Decision> wanted(const pop3::Listing& listing, const state::Snapshot& known, const Policy& policy,
                             base::WallTime now, pop3::SizeTrust sizes)
{
    const auto fetched = [](const Decision& d) { return d.action == Action::fetch; };
    std::vector<Decision> decisions;
    decisions.reserve(listing.size());
    for (std::size_t i = 0; i < listing.size(); ++i) decisions.push_back(of(listing[i], known, policy, now, sizes));

    // Not the one of ranges: clang 14 cannot compile the subrange that it returns.
    const auto others = std::stable_partition(decisions.begin(), decisions.end(), fetched);
    const std::span fetches{decisions.begin(), others};
    put_in_order(fetches, policy.order);
    // What failed before may break the session again: first what has not.
    std::stable_partition(fetches.begin(), fetches.end(), [](const Decision& d) { return d.reason != "retry"; });
    limit_run(fetches, policy);
    std::stable_partition(fetches.begin(), fetches.end(), fetched);
    return decisions;
}

bool waits(const Decision& decision)
{
    constexpr std::array<std::string_view, 4> of_the_user{"too_large", "limit", "not_chosen", "gone"};
    return decision.action == Action::skip && std::ranges::find(of_the_user, decision.reason) == of_the_user.end();
}

void fit_into(std::vector<Decision>& decisions, std::uint64_t free)
{
    // The target's own needs (folders, the ledger, a spool beside an mbox) want room as well.
    constexpr std::uint64_t most = 16U << 20, part = 4, block = 4096;
    std::uint64_t left = free - std::min(most, free / part);
    for (auto& d : decisions) {
        if (d.action != Action::fetch) continue;
        const auto blocks = d.message.believed_size() / block + 1;
        if (blocks > left / block) {
            d = decision(d.message, Action::skip, "no_space", "not enough space where it would be delivered");
            continue;
        }
        left -= blocks * block;
    }
}

std::vector<Decision> expired(const pop3::Listing& listing, const state::Snapshot& known, const Policy& policy,
                              base::WallTime now, const Identities& identities)
{
    std::vector<Decision> result;
    Expiry expiry{policy.remove, now};
    for (std::size_t i = listing.size(); i-- > 0;) {
        const auto message = listing[i];
        const auto* record = known.find(ledger_id(message, identities));
        const bool settled =
            record && !record->was_never_here && // what was never here is not deleted
            !(message.identified() && was_deleted(*record)) && (!message.has_size || record->size == message.size) &&
            (record->standing == state::Standing::settled || record->standing == state::Standing::gone);
        if (auto why = expiry.why(message, settled ? record : nullptr))
            result.push_back(decision(message, Action::remove, "expired", std::move(*why)));
    }
    std::ranges::reverse(result);
    return result;
}

}
