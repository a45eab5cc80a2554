#pragma once
// --adopt: mail on the server that lies here already is settled without a download, whoever stored it. Recognised by
// Message-ID, Date and the octets of the body, since other fetchers add fields to the header. Where that leaves a doubt
// (two messages alike, neither Message-ID nor Date, sizes that do not fit) the body's bytes are compared, which takes a
// download of these (TOP, so that nothing counts as retrieved).
// --mark-fetched: all that is on the server is settled, unseen.

#include <cstddef>
#include <functional>

#include <popfetch/base/time.hpp>
#include <popfetch/delivery/survey.hpp>
#include <popfetch/pop3/maildrop.hpp>
#include <popfetch/state/ledger.hpp>

namespace popfetch::cli {

/// Shows every message that lies here, wherever the user says that is.
using Survey = std::function<void(const delivery::See&)>;

struct Adoption {
    std::size_t recognised = 0, unknown = 0; // of so many that the ledger did not know
};

/// `stored_as` names the kind of target in the history. Throws Refused when the server refuses TOP: then nothing is
/// adopted, and nothing may be fetched either.
Adoption adopt(pop3::Maildrop& maildrop, const Survey& survey, std::string_view stored_as, state::Ledger& ledger,
               base::WallTime now);

/// Returns how many the ledger did not know. They are never deleted on the server, since they were never here.
std::size_t mark_fetched(pop3::Maildrop& maildrop, state::Ledger& ledger, base::WallTime now);

}
