#pragma once
// fetch --dry-run: the plan of each account, and nothing done. What would refuse a run refuses this too, with the same
// words and status.

#include <vector>

#include <popfetch/base/exit_status.hpp>
#include <popfetch/config/account.hpp>

#include "fetch_account.hpp"

namespace popfetch::cli {

base::ExitStatus run_dry(const std::vector<config::Account>& accounts, const FetchOptions& options,
                         const Globals& globals);

}
