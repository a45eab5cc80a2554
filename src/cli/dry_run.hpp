#pragma once
// fetch --dry-run: the plan of each account, and nothing done.

#include <vector>

#include <popfetch/base/exit_status.hpp>
#include <popfetch/config/account.hpp>
#include <popfetch/fetch/run.hpp>

#include "options.hpp"

namespace popfetch::cli {

base::ExitStatus run_dry(const std::vector<config::Account>& accounts, const fetch::Choice& choice,
                         const Globals& globals);

}
