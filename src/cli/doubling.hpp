#pragma once
// The first fetch into a folder where another program has put the same mail would double it. A few messages of the
// server are looked at (TOP) before: do most of them lie here already, the run stops and says how to go on.

#include <string_view>

#include <popfetch/pop3/maildrop.hpp>

#include "adopt.hpp"

namespace popfetch::cli {

/// Asks the server nothing where no mail lies here, and stops nothing where it refuses TOP. Throws base::Error
/// "state.would_double" (EX_CONFIG). `place` names where the survey looks.
void refuse_doubling(pop3::Maildrop& maildrop, const Survey& survey, std::string_view place);

}
