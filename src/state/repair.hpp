#pragma once
// Ledger::repair() in three steps, each of which a crash may follow:
//   1. the damaged file and its log are copied to FILE.damaged-N;
//   2. what can be read goes into FILE.rebuild, which becomes FILE.repaired once it is whole and durable;
//   3. finish_repair(): the log of the old file goes, FILE.repaired takes its place.
// Opening a ledger for writing begins with step 3, so a log never meets a file that it does not belong to.

#include <popfetch/base/file.hpp>

namespace popfetch::state {

/// Nothing when no repair is waiting. The caller holds the lock.
void finish_repair(const base::Path& ledger);

}
