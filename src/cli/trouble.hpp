#pragma once
// Trouble that heals by itself: a server that is away or busy, another run at work. Cron comes every five minutes, and
// nobody need act; so without a terminal and without -v it is told once, after an hour, then once a day, and when it is
// over (FAULTS W08). What the server asks patience for, or we have it, is not told before it has lasted for an hour.
// The status and the events of --json are the same every time. Remembered beside the ledger (state/note.hpp).

#include <optional>
#include <string>
#include <string_view>

#include <popfetch/base/error.hpp>
#include <popfetch/base/file.hpp>
#include <popfetch/base/time.hpp>

#include "fetch_report.hpp"

namespace popfetch::cli {

enum class Healing {
    never,       // somebody has to do something, or may have to
    by_itself,   // the server is away, another run is at work
    by_patience, // it was asked for
};
/// `logged_in`: the server was there, so what broke afterwards may break every time.
Healing healing_of(const base::Error& error, bool logged_in);

/// From the first run that it stopped until one that is well.
struct Trouble {
    base::WallTime since;
    std::optional<base::WallTime> told; // last

    bool is_due(Healing healing, base::WallTime now) const;
    std::string to_text() const;
};
/// What to_text() wrote; nothing for anything else, and for what is later than `now`.
std::optional<Trouble> trouble_from_text(std::string_view text, base::WallTime now);

/// Weighs how a run ended against what is remembered, and remembers this. `seen`: whatever is said is seen, so nothing
/// is held back.
void weigh_trouble(AccountResult& result, Healing healing, const base::Path& ledger, bool seen, base::WallTime now);

}
