#pragma once
// Which messages a command is about: `7`, `3-9`, `5-`, `uid:UID`, `last`, `all`, and --where.

#include <optional>
#include <string>
#include <vector>

#include <popfetch/base/error.hpp>

#include "mailbox.hpp"
#include "where.hpp"

namespace popfetch::cli {

struct Selection {
    std::vector<std::string> words; // MSG…; empty: all
    std::vector<std::string> where; // all must hold
};

/// Throws EX_USAGE for a word that is no MSG, whatever the mailbox holds.
void refuse_nonsense(const Selection& selection);

struct Selected {
    std::vector<const Row*> rows; // that are meant, in the listing's order, each once
    std::vector<const Row*> open; // --where cannot tell, since their headers could not be read
};

/// Reads headers if --where needs them. Throws base::Error: EX_USAGE for what is no MSG, EX_UNAVAILABLE
/// ("message.missing") for a number or UID that the server does not have.
Selected selected(Mailbox& mailbox, const Selection& selection);

/// Which --where cannot tell of, and why: EX_TEMPFAIL, "server.header"; nothing where it could tell of all.
std::optional<base::Error> unread_headers(const std::vector<const Row*>& open);

}
