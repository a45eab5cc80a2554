#include <popfetch/fetch/run.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

#include <popfetch/base/units.hpp>
#include <popfetch/fetch/facts.hpp>
#include <popfetch/pop3/error.hpp>

#include "batch.hpp"
#include "guards.hpp"
#include "retrieval.hpp"
#include "set_aside.hpp"
#include "warnings.hpp"

namespace popfetch::fetch {

namespace {

constexpr std::string_view header_unread = "header_unread";

// wanted() of the listing without `left_out`, which stay for another run: the limits of a run count only what is
// chosen.
std::vector<Decision> wanted_without(std::span<const Decision> left_out, const pop3::Listing& listing,
                                     const state::Snapshot& known, const Policy& policy, base::WallTime now,
                                     pop3::SizeTrust sizes)
{
    if (left_out.empty()) return wanted(listing, known, policy, now, sizes);
    std::unordered_set<std::uint32_t> out;
    for (const auto& d : left_out) out.insert(d.message.number);
    pop3::Listing chosen;
    for (std::size_t i = 0; i < listing.size(); ++i)
        if (const auto message = listing[i]; !out.contains(message.number))
            chosen.add(message);

    auto decisions = wanted(chosen, known, policy, now, sizes);
    for (auto& d : decisions) d.message = *listing.find(d.message.number); // `chosen` ends here, and its uids with it
    decisions.insert(decisions.end(), left_out.begin(), left_out.end());
    return decisions;
}

// The messages that would be fetched and are not chosen; none without a choice.
std::vector<Decision> left_out(pop3::Maildrop& maildrop, const Plan& plan, const Run& run, base::WallTime now,
                               pop3::SizeTrust sizes)
{
    if (!run.choice) return {};
    auto unlimited = run.policy;
    unlimited.max_messages.reset();
    unlimited.max_bytes.reset();
    std::vector<pop3::Message> messages;
    for (const auto& d : wanted(*plan.listing, plan.known, unlimited, now, sizes))
        if (d.action == Action::fetch) messages.push_back(d.message);
    const auto chosen = run.choice(maildrop, messages, plan.known);
    std::vector<Decision> out;
    for (const auto& message : messages) {
        if (chosen.yes.contains(message.number)) continue;
        const auto open = chosen.open.find(message.number);
        if (open == chosen.open.end())
            out.push_back({message, Action::skip, "not chosen by --where", "not_chosen", {}});
        else
            out.push_back({message, Action::skip, "its header could not be read: " + open->second, header_unread, {}});
    }
    return out;
}

std::vector<Decision> decide(pop3::Maildrop& maildrop, const Plan& plan, const Run& run)
{
    const auto now = run.clock();
    const auto sizes = size_trust(run.ledger);
    const auto out = left_out(maildrop, plan, run, now, sizes);
    auto decisions = wanted_without(out, *plan.listing, plan.known, run.policy, now, sizes);
    if (const auto free = run.target.free_space()) fit_into(decisions, *free);
    return decisions;
}

bool lacks_header(const Decision& d) { return d.reason == header_unread; }

Totals counted(std::span<const Decision> decisions)
{
    Totals totals;
    for (const auto& d : decisions) {
        if (d.action == Action::keep) ++totals.kept;
        if (d.action == Action::skip) ++(waits(d) ? totals.failed : totals.skipped);
    }
    return totals;
}

void warn_of_unread_headers(std::span<const Decision> decisions, Report& report)
{
    const auto left = static_cast<std::uint64_t>(std::ranges::count_if(decisions, lacks_header));
    if (left == 0) return;
    const auto first = std::ranges::find_if(decisions, lacks_header);
    report.warned("--where cannot tell of " + base::format_count(left) + (left == 1 ? " message" : " messages") +
                  ", which stay on the server; message " + std::to_string(first->message.number) + ": " + first->why);
}

void note_listing(const pop3::Listing& listing, const Run& run)
{
    if (!listing.complete) return;
    std::vector<std::string_view> ids;
    for (std::size_t i = 0; i < listing.size(); ++i)
        if (const auto message = listing[i]; message.identified()) ids.push_back(message.uid);
    run.ledger.note_listing(ids, run.clock(), run.policy.forget_after);
    remember_run(run.ledger);
    remember_mailbox(run.ledger, run.mailbox);
}

// No download again, only DELE again; but somebody should know (FAULTS P40).
void warn_of_broken_deletions(std::span<const Decision> due, const state::Snapshot& known, const Identities& identities,
                              const Run& run)
{
    constexpr unsigned patience = 3;
    const auto back = std::ranges::count_if(due, [&](const Decision& d) {
        const auto* record = known.find(ledger_id(d.message, identities));
        return record && record->deletion_wanted;
    });
    if (count_broken_deletions(run.ledger, back > 0) != patience) return;
    run.report.warned("the server says that it deletes, and lists " + std::to_string(back) +
                      " of the messages again, " + std::to_string(patience) + " times now; is it set to keep a copy?");
}

// Without QUIT nothing is deleted, so one message whose DELE breaks the session off must not be asked for every time.
std::vector<std::uint32_t> dele(pop3::Maildrop& maildrop, std::span<const Decision> due, const Identities& identities,
                                SetAside& set_aside)
{
    std::vector<std::uint32_t> numbers;
    std::ranges::transform(due, std::back_inserter(numbers), [](const Decision& d) { return d.message.number; });
    try {
        return maildrop.dele(numbers);
    } catch (const pop3::PipeliningBroken&) {
        throw;
    } catch (const base::Error& error) {
        const auto broken = std::ranges::find(due, maildrop.broke_at(),
                                              [](const Decision& d) { return std::optional{d.message.number}; });
        if (broken == due.end()) throw;
        set_aside.add(ledger_id(broken->message, identities));
        throw MessageBroke{"DELE", broken->message, error};
    }
}

// Marks what has had its time, and records the wish before QUIT makes it true: when QUIT's reply is lost, the next
// listing decides, and nothing is fetched again.
std::vector<Decision> mark_expired(pop3::Maildrop& maildrop, const pop3::Listing& listing, const Identities& identities,
                                   const Run& run)
{
    if (std::holds_alternative<Never>(run.policy.remove)) return {};
    const auto known = run.ledger.snapshot();
    auto due = expired(listing, known, run.policy, run.clock(), identities);
    SetAside set_aside{run};
    set_aside.take_from(due, identities);
    warn_of_broken_deletions(due, known, identities, run);
    for (const auto refused : dele(maildrop, due, identities, set_aside)) {
        run.report.warned("the server refused to delete message " + std::to_string(refused) +
                          "; the next run asks again");
        std::erase_if(due, [&](const Decision& d) { return d.message.number == refused; });
    }
    std::vector<std::string> ids;
    ids.reserve(due.size());
    for (const auto& d : due) ids.emplace_back(ledger_id(d.message, identities));
    if (!ids.empty()) run.ledger.want_deletion(ids);
    return due;
}

// Where QUIT removes what was retrieved, asked or not, the next listing lacks it, and that must not look like a mailbox
// whose messages were given new UIDs. Noted before QUIT, since its reply may be lost; a listing that shows them
// corrects it.
void expect_implied_deletions(pop3::Maildrop& maildrop, std::span<const Decision> plan, const Identities& identities,
                              const Run& run)
{
    if (maildrop.to_remember().expire != 0U) return;
    std::vector<std::string> ids;
    for (const auto& d : plan)
        if (d.action == Action::fetch) ids.emplace_back(ledger_id(d.message, identities));
    run.ledger.expect_gone(ids, run.clock());
}

// How many of the deleted were counted as kept, since an earlier run had fetched them.
std::uint64_t kept_before(std::span<const Decision> deleted, std::span<const Decision> plan, const Retrieval& retrieval)
{
    auto kept = retrieval.known_already();
    for (const auto& d : plan)
        if (d.action == Action::keep) kept.insert(d.message.number);
    return static_cast<std::uint64_t>(
        std::ranges::count_if(deleted, [&](const Decision& d) { return kept.contains(d.message.number); }));
}

void quit(pop3::Maildrop maildrop, std::size_t deletions, state::Ledger& ledger)
{
    std::string why = "QUIT was answered with -ERR";
    try {
        if (std::move(maildrop).quit().ok) return;
    } catch (const base::Interrupted&) {
        throw;
    } catch (const base::Error& error) {
        why = error.what();
    }
    remember_uncertain_deletions(ledger);
    throw base::Error{base::ExitStatus::temporary, "delete.uncertain",
                      "whether " + std::to_string(deletions) + " messages were deleted is not certain: " + why,
                      "the next run looks and deletes what is still there"};
}

}

Plan plan(pop3::Maildrop& maildrop, const Run& run)
{
    Plan plan;
    plan.listing = std::make_unique<const pop3::Listing>(maildrop.scan());
    plan.known = run.ledger.snapshot();
    refuse_keeping_without_uids(*plan.listing, run.policy);
    refuse_renumbered(*plan.listing, plan.known, run);
    refuse_outdated_ledger(*plan.listing, plan.known, run);
    plan.decisions = decide(maildrop, plan, run);
    return plan;
}

Totals run(pop3::Maildrop maildrop, const Run& run)
{
    const auto [listing, known, decisions] = plan(maildrop, run);
    remember_capabilities(run.ledger, maildrop.to_remember(), run.clock());
    note_listing(*listing, run);
    run.report.planned(decisions);
    warn_of_listing(*listing, run.report);
    warn_of_waiting(decisions, run.report);
    warn_of_unread_headers(decisions, run.report);
    auto totals = counted(decisions);
    totals.failed += listing->unlisted;

    Batch batch{run, totals};
    Retrieval retrieval{maildrop, run, known, batch, totals};
    try {
        retrieval.fetch(decisions);
        batch.commit();
    } catch (...) {
        batch.save_what_is_there();
        throw;
    }

    // QUIT is a delete command too: a server with EXPIRE 0 removes what was retrieved (RFC 2449 §6.7). Without it
    // nothing is deleted, and the next run's expired() does the rest.
    if (!batch.all_safe() || !retrieval.all_safe()) {
        std::move(maildrop).hang_up();
        return totals;
    }

    const auto deleted = mark_expired(maildrop, *listing, retrieval.identities(), run);
    expect_implied_deletions(maildrop, decisions, retrieval.identities(), run);
    if (deleted.empty()) { // then nothing depends on the server's goodbye (FAULTS T11)
        std::move(maildrop).say_goodbye();
        return totals;
    }
    quit(std::move(maildrop), deleted.size(), run.ledger);
    SetAside{run}.forget(deleted, retrieval.identities());
    totals.deleted = deleted.size();
    totals.kept -= kept_before(deleted, decisions, retrieval);
    for (const auto& d : deleted) run.report.deleted(d.message, d.why);
    return totals;
}

std::vector<Decision> deletions_after(Plan& plan, const Run& run)
{
    const auto now = run.clock();
    Identities identities;
    for (const auto& d : plan.decisions) {
        if (d.action != Action::fetch) continue;
        // Without a UID the id comes of bytes that are not here yet; any will do.
        if (!d.message.identified()) identities[d.message.number] = "\x01number=" + std::to_string(d.message.number);
        plan.known.add(ledger_id(d.message, identities),
                       {.standing = state::Standing::settled, .size = d.message.size, .since = now});
    }
    return expired(*plan.listing, plan.known, run.policy, now, identities);
}

}
