#pragma once
// What the user wants of a run, and the two pure functions that decide: wanted() before, expired() after. Both depend
// on nothing but listing, ledger, policy and clock, so --dry-run prints exactly what a run would do.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include <popfetch/base/time.hpp>
#include <popfetch/pop3/listing.hpp>
#include <popfetch/pop3/maildrop.hpp>
#include <popfetch/state/ledger.hpp>

namespace popfetch::fetch {

struct Never {};
struct Fetched {};
struct Age {
    std::chrono::seconds age;
}; // since it was settled here
struct KeepNewest {
    std::uint64_t messages;
}; // the newest by number stay
struct KeepBytes {
    std::uint64_t octets;
}; // the newest stay until so many octets
using DeleteRule = std::variant<Never, Fetched, Age, KeepNewest, KeepBytes>;

enum class Order { as_listed, newest_first, smallest_first };

struct Policy {
    DeleteRule remove = Never{};
    std::optional<std::uint64_t> max_size{};     // larger ones are skipped, and stay
    std::optional<std::uint64_t> max_messages{}; // per run
    std::optional<std::uint64_t> max_bytes{};    // per run
    Order order = Order::as_listed;
    bool again = false; // --all: also what was fetched before
    bool force = false; // --force: failed ones at once, no guards, no waiting for LOGIN-DELAY
    bool accept_new_uids = false;                      // take mail as new although the guards speak against it
    bool adopt = false;                                // mail at the destination has been or will be recognised: no guard needed
    std::chrono::seconds forget_after{std::chrono::hours{24 * 90}};
};

enum class Action { fetch, skip, keep, remove };

/// What would be done with one message, and why, in words ("new", "larger than max_size 50M", "fetched more than 14
/// days ago").
struct Decision {
    pop3::Message message;
    Action action = Action::keep;
    std::string why{}; // nothing for `keep`: `fetched` says it, without a text for each of 100,000
    std::string_view reason{}; // for scripts: "new", "too_large", "retry_later", "again", "size_changed", "limit", …
    base::WallTime fetched{};  // when, of what is kept
};

/// The ids of messages that have no usable UID, by number, as far as their bytes have been seen in this session: a
/// digest of the bytes (RFC 1939 §7 leaves servers that room; RELIABILITY §2.8).
using Identities = std::unordered_map<std::uint32_t, std::string>;

/// One decision for each message of the listing. Only where LIST's octets are exact does another size mean another
/// message (FAULTS P25). Those to fetch first, in the order of retrieval, then the others by number.
std::vector<Decision> wanted(const pop3::Listing& listing, const state::Snapshot& known, const Policy& policy,
                             base::WallTime now, pop3::SizeTrust sizes);

/// Whether a message stays where it is although the user has not asked for that: it counts as failed, and the run is
/// partial (FAULTS L05).
bool waits(const Decision& decision);

/// Turns fetches into skips ("no_space") for which `free` octets would not be enough. A quarter of it, at most 16 MiB,
/// stays free for the target's own needs; each message is taken to fill whole blocks of 4 KiB.
void fit_into(std::vector<Decision>& decisions, std::uint64_t free);

/// The messages to delete now: only settled ones that still have the size they were settled with.
std::vector<Decision> expired(const pop3::Listing& listing, const state::Snapshot& known, const Policy& policy,
                              base::WallTime now, const Identities& identities = {});

/// The id under which the ledger knows a message: its UID, or what `identities` has; empty when neither is there.
std::string_view ledger_id(const pop3::Message& message, const Identities& identities);

}
