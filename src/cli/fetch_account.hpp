#pragma once
// One account's run, from its lock to its last word: ledger, target, recovery, session, the heart, and what its errors
// mean for the next run.

#include "fetch_report.hpp"

namespace popfetch::cli {

struct FetchOptions {
    std::vector<std::string> accounts;
    std::string to, remove;
    bool dry_run = false, all = false, force = false, accept_new_uids = false, adopt = false, mark_fetched = false;
    std::vector<std::string> adopt_from;
    unsigned jobs = 8, status_if_empty = 0;
    std::uint64_t max_messages = 0, max_size = 0;
    std::string wait;
    std::vector<std::string> where; // all must hold
};

/// Never throws for what concerns this account alone: the error is part of the result.
AccountResult fetch_account(const config::Account& account, const FetchOptions& options, const Globals& globals,
                            AccountReport& report);

}
