#pragma once
// When the next login may be: a server that counts refused logins must not be asked every five minutes by cron, and one
// that wants a pause between logins says so (FAULTS A01, A03). Kept in the ledger.

#include <optional>
#include <string>

#include <popfetch/base/error.hpp>
#include <popfetch/base/time.hpp>
#include <popfetch/config/account.hpp>
#include <popfetch/fetch/facts.hpp>
#include <popfetch/state/ledger.hpp>

namespace popfetch::cli {

/// Throws Error EX_TEMPFAIL "login.not_yet", which says until when and why, while a pause lasts; a pause that ends within
/// half a minute is waited for. A pause after a refusal is over when the account has another user or password: it is
/// recognised by a salted, slow digest.
void keep_login_pause(state::Ledger& ledger, const config::Account& account);

/// What an error means for the next run. Returns until when no login will be tried, where that is so.
std::optional<base::WallTime> remember_pause_after(state::Ledger& ledger, const base::Error& error,
                                                   const config::Account& account);

/// LOGIN-DELAY (RFC 2449 §6.5), of which at most an hour is kept to: beyond that it is a mistake. Returns the pause that
/// was asked for, where it was cut.
std::optional<std::chrono::seconds> remember_login_delay(state::Ledger& ledger, base::WallTime login);

}
