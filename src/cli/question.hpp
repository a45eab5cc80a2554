#pragma once
// Asking a person on the terminal.

#include <string_view>

namespace popfetch::cli {

/// "Question [y/N] " on standard error, one line from standard input; only y or yes is yes. End of input is no.
bool ask(std::string_view question);

}
