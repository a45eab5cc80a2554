#pragma once
// The use case: recover, list, retrieve, commit, delete. Read run.cpp first; it is the heart of the program.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <popfetch/base/error.hpp>
#include <popfetch/delivery/target.hpp>
#include <popfetch/fetch/policy.hpp>
#include <popfetch/fetch/report.hpp>
#include <popfetch/pop3/maildrop.hpp>
#include <popfetch/state/ledger.hpp>

namespace popfetch::fetch {

/// Of messages that would be fetched, by number.
struct Chosen {
    std::unordered_set<std::uint32_t> yes;
    std::unordered_map<std::uint32_t, std::string> open; // nobody can tell, and why: the header could not be read
};

/// Says of messages that would be fetched which of them shall be (fetch --where). May read their headers.
using Choice = std::function<Chosen(pop3::Maildrop& maildrop, std::span<const pop3::Message> messages,
                                    const state::Snapshot& known)>;

/// Whose mail it is, as the account says: what a renumbered mailbox may come of.
struct Mailbox {
    std::string user, host;
    bool operator==(const Mailbox&) const = default;
};

struct Run {
    delivery::Target& target;
    state::Ledger& ledger;
    const Policy& policy;
    Report& report;
    std::string account;
    base::Clock clock;
    Choice choice = nullptr; // null: all of them
    Mailbox mailbox = {};    // no user: not known
};

/// A session broke off at one message: at its RETR or its DELE. That is recorded, so that the next runs pass the
/// message by and do the rest; with the status and kind of what went wrong.
class MessageBroke : public base::Error {
public:
    MessageBroke(std::string_view verb, const pop3::Message& message, const base::Error& cause);

    const std::string& verb() const noexcept { return verb_; }

private:
    std::string verb_;
};

/// Publishes what was promised and not settled: the last two of the four verbs, again. The first thing of every run,
/// before connecting. Prepares the target. Throws base::Error "state.vanished" (EX_CONFIG) when the destination holds
/// mail of this account and the ledger knows of none.
void recover(const Run& run);

/// What a run decides before it does anything.
struct Plan {
    std::unique_ptr<const pop3::Listing> listing; // the decisions point into it
    state::Snapshot known;
    std::vector<Decision> decisions; // as wanted(), as far as there is space
};

/// The first half of run(): lists and decides. Retrieves nothing, deletes nothing, writes nothing to ledger and target.
/// Throws where a run is refused before anything is fetched. For --dry-run, with a copy of the ledger
/// (state::Access::copy) and a target that rehearses, recover() and this say what a run would do.
Plan plan(pop3::Maildrop& maildrop, const Run& run);

/// What the run would delete once everything in `plan` has gone well, which `plan.known` then says.
std::vector<Decision> deletions_after(Plan& plan, const Run& run);

/// One session. Returns what was done; `failed > 0` means the run is partial (75) and everything else is safe. Throws
/// what ends a session; what was committed by then is safe and recorded. Sends QUIT only if everything retrieved is
/// safe.
Totals run(pop3::Maildrop maildrop, const Run& run);

}
