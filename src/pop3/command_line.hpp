#pragma once
// What one command line can carry. Private to this module.

#include <cstddef>

namespace popfetch::pop3 {

/// RFC 2449 §4: 255 octets, with the line end, for all commands; RFC 5034 §4 says it again for AUTH.
constexpr bool fits_command_line(std::size_t octets_without_line_end) { return octets_without_line_end + 2 <= 255; }

}
