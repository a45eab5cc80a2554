#pragma once
// One line that a run leaves for later ones beside the ledger, in FILE.lock, where also a run can leave it that found
// the account locked and so may not write to the ledger. It only spares people words: whatever cannot be read or
// written is passed over, and nothing waits for the disk.
//
//     state::leave_note(path, "2026-11-21T08:15:00Z");

#include <string>
#include <string_view>

#include <popfetch/base/file.hpp>

namespace popfetch::state {

/// `ledger` is the ledger's own path. Empty: there is none.
std::string note_beside(const base::Path& ledger);
/// Replaces it; empty takes it away. Writes nothing where it stands there already, and makes no file.
void leave_note(const base::Path& ledger, std::string_view note);

}
