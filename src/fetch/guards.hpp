#pragma once
// Reasons to stop before anything is fetched: doing what is asked would double a mailbox or could never end.

#include <popfetch/fetch/run.hpp>

namespace popfetch::fetch {

/// The destination holds mail of this account, but the ledger has never seen a listing: it was lost (FAULTS S03).
void refuse_vanished_ledger(const Run& run);

/// Without UIDs nothing can be left on the server and not be fetched again and again (FAULTS P29).
void refuse_keeping_without_uids(const pop3::Listing& listing, const Policy& policy);

/// Many known, many listed, none in common: the server's UIDs were renumbered (RELIABILITY §2.8), or the account names
/// another user or host than before, which is said then. Fewer, and it names another: a warning.
void refuse_renumbered(const pop3::Listing& listing, const state::Snapshot& known, const Run& run);

/// Most of what is listed is unknown, and at the destination lies mail that was delivered after the last the ledger
/// knows of: it came back from an old backup (FAULTS S06).
void refuse_outdated_ledger(const pop3::Listing& listing, const state::Snapshot& known, const Run& run);

}
