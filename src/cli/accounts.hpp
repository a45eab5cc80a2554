#pragma once
// From the words of the command line to Accounts: names of the configuration, or URLs.

#include <span>
#include <string>
#include <vector>

#include <popfetch/config/configuration.hpp>
#include <popfetch/state/ledger.hpp>

#include "options.hpp"

namespace popfetch::cli {

/// What a command works on, and the mistakes that keep other accounts from it.
struct Chosen {
    std::vector<config::Account> accounts;
    std::vector<config::Mistake> mistakes; // those of one account one after the other
};

/// No word: every enabled account. Throws config::Invalid for a name that is not there, where there is nothing to do,
/// and for a mistake that concerns every account, after it has reported the others.
Chosen choose_accounts(const std::vector<std::string>& words, const Globals& globals);
/// The same where accounts with a mistake are no news of their own: they are reported, and the status is theirs.
std::vector<config::Account> select_accounts(const std::vector<std::string>& words, const Globals& globals,
                                             base::ExitStatus& status);
/// One account. Throws its last mistake, after it has reported the others.
config::Account select_account(const std::string& word, const Globals& globals);

/// Reports each; one that [defaults] has for several accounts once. Returns their status.
base::ExitStatus report_mistakes(std::span<const config::Mistake> mistakes, const Globals& globals);

/// Where this account's ledger is.
base::Path ledger_of(const config::Account& account, const Globals& globals);
/// The private folder beside a ledger, where letters wait that have no better place.
base::Path spool_of(const base::Path& ledger);

/// The ledger for looking into, beside a run that may be going on; nothing when there is none yet.
std::optional<state::Ledger> ledger_to_read(const config::Account& account, const Globals& globals);

}
