#pragma once
// A command over several accounts that says of each what it has to say before the next has its turn.

#include <functional>
#include <span>

#include <popfetch/base/exit_status.hpp>
#include <popfetch/config/account.hpp>

#include "options.hpp"

namespace popfetch::cli {

/// An error of one account is reported and keeps no other from its turn; a signal ends it. The gravest status.
base::ExitStatus one_by_one(std::span<const config::Account> accounts, const Globals& globals,
                            const std::function<base::ExitStatus(const config::Account&)>& command);

}
