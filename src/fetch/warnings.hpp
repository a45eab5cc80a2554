#pragma once
// What a listing and a plan leave behind, told once a run: nothing stays on the server in silence (FAULTS L01–L06).

#include <span>

#include <popfetch/fetch/policy.hpp>
#include <popfetch/fetch/report.hpp>

namespace popfetch::fetch {

/// Sizes that LIST does not give, lines without sense, messages that STAT counts and nothing names.
void warn_of_listing(const pop3::Listing& listing, Report& report);

/// What waits(), by its reason.
void warn_of_waiting(std::span<const Decision> decisions, Report& report);

}
