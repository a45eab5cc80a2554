#pragma once
// The use case: recover, list, retrieve, commit, delete. Read run.cpp first; it is the heart of the program.

#include <cstdint>
#include <functional>
#include <span>
#include <unordered_set>
#include <vector>

#include <popfetch/delivery/target.hpp>
#include <popfetch/fetch/policy.hpp>
#include <popfetch/fetch/report.hpp>
#include <popfetch/pop3/maildrop.hpp>
#include <popfetch/state/ledger.hpp>

namespace popfetch::fetch {

/// Says of messages that would be fetched which of them shall be, by number (fetch --where). May read their headers.
using Choice = std::function<std::unordered_set<std::uint32_t>(
    pop3::Maildrop& maildrop, std::span<const pop3::Message> messages, const state::Snapshot& known)>;

struct Run {
    delivery::Target& target;
    state::Ledger& ledger;
    const Policy& policy;
    Report& report;
    std::string account;
    base::Clock clock;
    Choice choice = nullptr; // null: all of them
};

/// Publishes what was promised and not settled: the last two of the four verbs, again. The first thing of every run,
/// before connecting. Prepares the target. Throws base::Error "state.vanished" (EX_CONFIG) when the destination holds
/// mail of this account and the ledger knows of none.
void recover(const Run& run);

/// One session. Returns what was done; `failed > 0` means the run is partial (75) and everything else is safe. Throws
/// what ends a session; what was committed by then is safe and recorded. Sends QUIT only if everything retrieved is
/// safe.
Totals run(pop3::Maildrop maildrop, const Run& run);

/// The messages that would be fetched and are not chosen; none without a choice.
std::vector<pop3::Message> left_out(pop3::Maildrop& maildrop, const pop3::Listing& listing,
                                    const state::Snapshot& known, const Policy& policy, base::WallTime now,
                                    pop3::SizeTrust sizes, const Choice& choice);

/// What run() would do with this listing, without doing it. Throws where run() would refuse.
struct Plan {
    std::vector<Decision> decisions; // as wanted()
    std::vector<Decision> deletions; // as expired(), after everything in `decisions` has gone well
};
Plan plan(const pop3::Listing& listing, state::Snapshot known, const Policy& policy, base::WallTime now,
          pop3::SizeTrust sizes, std::span<const pop3::Message> left_out = {});

}
