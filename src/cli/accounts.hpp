#pragma once
// From the words of the command line to Accounts: names of the configuration, or URLs.

#include <string>
#include <vector>

#include <popfetch/config/configuration.hpp>
#include <popfetch/state/ledger.hpp>

#include "options.hpp"

namespace popfetch::cli {

/// No word: every enabled account. Throws config::Invalid for a name that is not there, and where there is nothing to
/// do.
std::vector<config::Account> select_accounts(const std::vector<std::string>& words, const Globals& globals);
config::Account select_account(const std::string& word, const Globals& globals);

/// Where this account's ledger is.
base::Path ledger_of(const config::Account& account, const Globals& globals);
/// The private folder beside a ledger, where letters wait that have no better place.
base::Path spool_of(const base::Path& ledger);

/// The ledger for looking into, beside a run that may be going on; nothing when there is none yet.
std::optional<state::Ledger> ledger_to_read(const config::Account& account, const Globals& globals);

}
