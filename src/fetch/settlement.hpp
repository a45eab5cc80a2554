#pragma once
// From outcomes to the ledger: shared by a fresh batch and by recovery, which are the same two lines.

#include <span>
#include <vector>

#include <popfetch/fetch/run.hpp>

namespace popfetch::fetch {

delivery::Receipt receipt_of(const state::Promise& promise);

/// Publishes what `promises` say and records what came of each: settled, failed, or withdrawn.
std::vector<delivery::Outcome> publish_and_settle(const Run& run, std::span<const state::Promise> promises);

/// When a message is tried again that has failed now, and did so `attempts` times before: by the next run, and with
/// pauses from then on (FAULTS L04). One that ends the session is passed by at once, so that the others come.
enum class Harm { itself, session };
base::WallTime next_try(base::WallTime now, unsigned attempts, Harm harm);

/// Records that one message failed alone, with the time of its next try.
void record_failure(const Run& run, std::string_view id, std::uint64_t size, const base::Error& error);

}
