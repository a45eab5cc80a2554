#pragma once
// POP URLs, RFC 2384: pop://user;auth=MECH@host:port (STLS is required), pops://… (implicit TLS). Percent-encoded; IPv6
// in brackets. A password in a URL is refused: it would be seen in the process list. What is wrong is said without
// quoting the URL, since a password may stand in a part of it that was mistyped.

#include <string_view>

#include <popfetch/config/account.hpp>

namespace popfetch::config {

/// It has "://", so it cannot be the name of an account.
bool looks_like_url(std::string_view text) noexcept;

/// An account named "user@host", or "user@host:port" where the port is neither 110 nor 995: behind another port (a
/// tunnel, say) may be another server, whose UIDs are not those of this one. The password is asked for. Without a user,
/// `user` is empty and the name is the host: enough for `info`. Throws Invalid "config.url".
Account parse_url(std::string_view url);

/// RFC 3986 %XX; nothing when malformed.
std::optional<std::string> percent_decoded(std::string_view text);

}
