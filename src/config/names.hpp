#pragma once
// Names of accounts and of their ledgers: letters, digits and . _ - @ +, so that they stand in messages, on the command
// line and in file names as they are.

#include <string>
#include <string_view>

namespace popfetch::config {

inline constexpr std::string_view account_name_rule =
    "a name of at most 128 letters, digits and . _ - @ +, which begins with a letter, a digit or _";

bool is_account_name(std::string_view name) noexcept;

/// The name of an account, which is any text where a URL gave it, as the name of one file.
std::string file_name(std::string_view account);

}
