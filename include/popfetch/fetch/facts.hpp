#pragma once
// What is remembered between runs about an account and its server, beyond its messages: names and forms of the ledger's
// facts.

#include <chrono>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include <popfetch/base/time.hpp>
#include <popfetch/pop3/capabilities.hpp>
#include <popfetch/pop3/maildrop.hpp>
#include <popfetch/state/ledger.hpp>

namespace popfetch::fetch {

/// What LIST's octets were worth so far.
pop3::SizeTrust size_trust(const state::Ledger& ledger);
void remember_size_trust(state::Ledger& ledger, pop3::SizeTrust trust);

/// Which commands broke when several went at once, though the server announced PIPELINING (FAULTS N08). For
/// pop3::LoginOptions, so that it holds from the login on.
pop3::Pipelining pipelining(const state::Ledger& ledger);
void remember_pipelining(state::Ledger& ledger, const pop3::Pipelining& known);

/// UIDs of messages that the server listed in the last run and then said had been deleted by another session.
std::unordered_set<std::string> remembered_expunged(const state::Ledger& ledger);
void remember_expunged(state::Ledger& ledger, const std::vector<std::string>& uids);

/// The earliest time of the next login: LOGIN-DELAY, or a wait after a refused login so that cron does not lock the
/// account (FAULTS A01, A03).
struct LoginPause {
    base::WallTime until{};
    std::string credentials; // after a refusal: a digest of what was refused; empty: the server asked for the pause
};
std::optional<LoginPause> login_pause(const state::Ledger& ledger);
void remember_login_pause(state::Ledger& ledger, const LoginPause& pause);
void forget_login_pause(state::Ledger& ledger);

/// What the server makes of SCRAM's channel binding (FAULTS L09).
enum class Binding { untried, worked, refused };
Binding channel_binding(const state::Ledger& ledger);
void remember_channel_binding(state::Ledger& ledger, Binding binding);

/// True when the server has closed the line instead of answering a password, and did so in the run before too: then it
/// is a refusal (FAULTS A04).
bool closed_login_again(state::Ledger& ledger);
void forget_closed_login(state::Ledger& ledger);

/// What the server could do when it was last asked, which saves two round trips (PERFORMANCE B4). Nothing when it is
/// new, or was asked more than a week ago: servers learn. Forgotten whenever a session goes wrong.
std::optional<pop3::Capabilities> remembered_capabilities(const state::Ledger& ledger, base::WallTime now);
void remember_capabilities(state::Ledger& ledger, const pop3::Capabilities& seen, base::WallTime now);
void forget_capabilities(state::Ledger& ledger);

/// One more run has seen whether messages came back of which the server had said that they are deleted (FAULTS P40).
/// Returns how many runs in a row saw it; a QUIT without a reply is no word that could be broken.
unsigned count_broken_deletions(state::Ledger& ledger, bool came_back);
void remember_uncertain_deletions(state::Ledger& ledger);

/// Whose mail was listed last; nothing before this was remembered.
struct Mailbox;
std::optional<Mailbox> remembered_mailbox(const state::Ledger& ledger);
void remember_mailbox(state::Ledger& ledger, const Mailbox& mailbox);

/// True once a run has seen a listing: from then on a ledger without messages means something.
bool has_run(const state::Ledger& ledger);
void remember_run(state::Ledger& ledger);

}
