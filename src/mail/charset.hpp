#pragma once
// Octets of some character set as UTF-8. Mail says which set it is, says it wrongly, or does not say; nothing here
// fails. The conversion is GMime's iconv. Ours is what a library cannot know: which set senders mean by a label, and
// what unlabelled mail most likely is.

#include <cstddef>
#include <string>
#include <string_view>

namespace popfetch::mail {

/// What unlabelled 8-bit text most likely is: Latin-1 as mail programs really write it.
inline constexpr const char* guessed_charset = "windows-1252";

/// `charset` as the message has it, or empty. What cannot be converted becomes U+FFFD. A character that is cut off at
/// the end is left out.
std::string to_utf8(std::string_view octets, std::string_view charset);

/// Of a header field, which has no label but may be in the charset of the body: UTF-8 where it is that.
std::string header_to_utf8(std::string_view octets, std::string_view charset_of_body);

/// Without the beginning of a character at the end, as cutting between octets leaves it.
std::string_view whole_characters(std::string_view text);

/// At most so many octets, cut between characters and marked with "…" (FAULTS O08).
std::string shortened(std::string text, std::size_t limit);

}
