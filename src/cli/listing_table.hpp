#pragma once
// Messages as `list`, `delete` and the shell show them.

#include <vector>

#include "mailbox.hpp"
#include "options.hpp"

namespace popfetch::cli {

/// To standard output, in the format that was asked for.
void print_listing(const Mailbox& mailbox, const std::vector<const Row*>& rows, const Globals& globals);

}
