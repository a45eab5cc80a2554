#pragma once
// Words of the protocol, which are ASCII and compared without regard to case, whatever the locale.

#include <string>
#include <string_view>

namespace popfetch::base {

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) noexcept;
std::string to_upper(std::string_view text);
std::string to_lower(std::string_view text);

/// Without blanks and tabs at both ends.
std::string_view trim(std::string_view text) noexcept;

/// The next word before a blank or tab; `text` is moved past it and the blanks after it.
std::string_view take_word(std::string_view& text) noexcept;

}
