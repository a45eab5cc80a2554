#pragma once
// POP URLs, RFC 2384: pop://user;auth=MECH@host:port (STLS is required), pops://… (implicit TLS). Percent-encoded; IPv6
// in brackets. A password in a URL is refused: it would be seen in the process list.

#include <string_view>

#include <popfetch/config/account.hpp>

namespace popfetch::config {

bool looks_like_url(std::string_view text) noexcept;

/// An account named "user@host". Throws Invalid "config.url".
Account parse_url(std::string_view url);

/// RFC 3986 %XX; nothing when malformed.
std::optional<std::string> percent_decoded(std::string_view text);

}
