#include "guards.hpp"

#include <popfetch/base/error.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/fetch/facts.hpp>

namespace popfetch::fetch {

namespace {

// Fewer could be a coincidence: a small mailbox that was emptied and filled again.
constexpr std::size_t many = 20;

// Between the name of a file and the note of it a clock may be set back a little.
constexpr std::chrono::minutes clock_slack{1};

constexpr std::string_view ways_on =
    "popfetch fetch --adopt matches what is there with what was delivered; --accept-new-uids fetches it all "
    "as new";

constexpr std::string_view other_mailbox = "; a mailbox of its own wants an account, or a state_id, of its own";

std::size_t identified_in(const pop3::Listing& listing)
{
    std::size_t identified = 0;
    for (std::size_t i = 0; i < listing.size(); ++i) identified += listing[i].identified();
    return identified;
}

std::string changed(std::string_view key, const std::string& before, const std::string& now)
{
    if (before == now) return {};
    return std::string{key} + " was \"" + base::printable(before) + "\" and is \"" + base::printable(now) + "\" now";
}

// What the account says otherwise than when its mail was last listed; empty: nothing, or that is not known.
std::string change_of(const Run& run)
{
    const auto before = remembered_mailbox(run.ledger);
    if (!before || run.mailbox.user.empty()) return {};
    const auto user = changed("user", before->user, run.mailbox.user);
    const auto host = changed("host", before->host, run.mailbox.host);
    return user + (user.empty() || host.empty() ? "" : ", ") + host;
}

std::size_t unknown_in(const pop3::Listing& listing, const state::Snapshot& known)
{
    std::size_t unknown = 0;
    for (std::size_t i = 0; i < listing.size(); ++i)
        if (const auto message = listing[i]; message.identified()) unknown += !known.find(message.uid);
    return unknown;
}

}

void refuse_vanished_ledger(const Run& run)
{
    if (has_run(run.ledger) || run.policy.force || run.policy.accept_new_uids || run.policy.adopt) return;
    if (run.ledger.snapshot().size() > 0) return;
    if (!run.target.newest_earlier_mail(run.account)) return;
    throw base::Error{base::ExitStatus::config, "state.vanished",
                      run.target.description() +
                          ": holds mail that was fetched for this account before, but the ledger " +
                          run.ledger.path().string() + " is new",
                      "restore it, or: " + std::string{ways_on}};
}

void refuse_keeping_without_uids(const pop3::Listing& listing, const Policy& policy)
{
    if (listing.has_uids || std::holds_alternative<Fetched>(policy.remove)) return;
    throw base::Error{base::ExitStatus::config, "server.no_uidl",
                      "the server has no UIDL, so mail that stays on it cannot be told from new mail",
                      "set delete = \"fetched\""};
}

void refuse_renumbered(const pop3::Listing& listing, const state::Snapshot& known, const Run& run)
{
    if (run.policy.accept_new_uids || run.policy.force) return;
    const auto settled = known.count(state::Standing::settled);
    const auto listed = identified_in(listing);
    if (settled == 0 || listed == 0 || unknown_in(listing, known) < listed) return;

    const auto text = "none of the " + std::to_string(listing.size()) + " messages listed has a known UID: ";
    const auto change = change_of(run);
    if (listing.size() >= many && settled >= many)
        throw base::Error{base::ExitStatus::temporary, "uidl.namespace_changed",
                          text + (change.empty() ? "the server seems to have renumbered them" : change) +
                              ", and fetching would double the mailbox",
                          change.empty() ? std::string{ways_on} : std::string{ways_on} + std::string{other_mailbox}};
    // An adoption says itself what it recognised.
    if (!change.empty() && !run.policy.adopt) run.report.warned(text + change);
}

void refuse_outdated_ledger(const pop3::Listing& listing, const state::Snapshot& known, const Run& run)
{
    const auto& policy = run.policy;
    if (policy.accept_new_uids || policy.force || policy.adopt) return;
    if (listing.size() < many || unknown_in(listing, known) * 2 <= listing.size()) return;
    const auto newest = run.target.newest_earlier_mail(run.account);
    if (!newest || *newest <= known.last_settled() + clock_slack) return;
    // What was delivered longer ago may have left the server and the ledger in peace.
    if (*newest + policy.forget_after < run.clock()) return;
    throw base::Error{base::ExitStatus::temporary, "state.outdated",
                      run.target.description() + ": holds mail of " + base::to_local(*newest, run.clock()) +
                          ", newer than anything in the ledger " + run.ledger.path().string() +
                          ", and most of what the server lists is not in it: it seems to come from an old backup, and "
                          "fetching would double mail",
                      ways_on};
}

}
