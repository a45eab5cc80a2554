#pragma once
// Foreign text made safe for a terminal, a log line and a cron mail.

#include <cstddef>
#include <string>
#include <string_view>

namespace popfetch::base {

/// Valid UTF-8 without control characters: C0, C1, DEL, bidirectional controls, zero-width characters and line
/// separators become \x1b, \u{202e}; bytes that are not UTF-8 become \xNN; a backslash stays. Longer than `limit`
/// octets is cut at a character, with "…" (FAULTS O01, O02, O08).
std::string printable(std::string_view text, std::size_t limit = 200);

/// The same text as valid UTF-8 for JSON: what is not UTF-8 becomes U+FFFD; control characters stay (JSON escapes them).
std::string valid_utf8(std::string_view text);
bool is_valid_utf8(std::string_view text) noexcept;

/// Decodes the character at `at` and moves past it; U+FFFFFFFF where the bytes are not UTF-8 (moves one byte).
char32_t next_code_point(std::string_view text, std::size_t& at) noexcept;

}
