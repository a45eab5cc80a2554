#pragma once
// %{account} in a text of the configuration or of --to. What differs from message to message (%{uid}, …) is known only
// to the command of a pipe, which replaces it itself (delivery/pipe.cpp).

#include <string>
#include <string_view>

namespace popfetch::config {

/// Every %{account} replaced. Throws Invalid "config.value" for any other %{…}.
std::string filled(std::string_view text, std::string_view account);

/// The same for an argument of a program, where another %{…} is the program's own business (curl -w '%{http_code}').
std::string filled_argument(std::string_view text, std::string_view account);

}
