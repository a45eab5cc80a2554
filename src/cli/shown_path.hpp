#pragma once
// Paths as people read them.

#include <string>
#include <string_view>

namespace popfetch::cli {

/// The text with each path below $HOME begun with ~/ instead. For people only: it cannot be taken back.
std::string with_tilde(std::string_view text);

}
