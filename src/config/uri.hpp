#pragma once
// scheme://userinfo@host:port/rest, RFC 3986, as far as POP URLs and proxies need it. What is wrong is said without
// quoting the text: a password may stand in any part of it that was mistyped.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace popfetch::config {

struct Uri {
    std::string scheme;                  // lower case
    std::optional<std::string> userinfo; // still encoded
    std::string host;                    // decoded, an IPv6 address without its brackets
    std::optional<std::uint16_t> port;
    std::string rest; // path, query, fragment
};

struct ParsedUri {
    Uri uri;
    std::string_view fault; // empty: it is well formed; else "the port is not a number from 1 to 65535"
};

ParsedUri parse_uri(std::string_view text);

/// A name or an address: no blanks, no control characters, nothing that has a meaning in a URL.
bool is_plausible_host(std::string_view host) noexcept;
bool is_ipv6_address(std::string_view text) noexcept; // a zone ("%eth0") may follow
bool is_ip_address(std::string_view text) noexcept;

/// What a certificate for this host must say: the host without the zone of a link-local address.
std::string certificate_name(std::string_view host);

}
