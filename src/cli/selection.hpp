#pragma once
// Which messages a command is about: `7`, `3-9`, `5-`, `uid:UID`, `last`, `all`, and --where.

#include <string>
#include <vector>

#include "mailbox.hpp"
#include "where.hpp"

namespace popfetch::cli {

struct Selection {
    std::vector<std::string> words; // MSG…; empty: all
    std::vector<std::string> where; // all must hold
};

/// Throws EX_USAGE for a word that is no MSG, whatever the mailbox holds.
void refuse_nonsense(const Selection& selection);

/// The rows that are meant, in the listing's order, each once. Reads headers if --where needs them. Throws base::Error:
/// EX_USAGE for what is no MSG, EX_UNAVAILABLE ("message.missing") for a number or UID that the server does not have.
std::vector<const Row*> selected(Mailbox& mailbox, const Selection& selection);

}
