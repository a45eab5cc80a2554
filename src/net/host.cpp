// What may stand for a host: a name in its A-label form, or an address.

#include <popfetch/net/dial.hpp>

#include <algorithm>

#include <arpa/inet.h>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/printable.hpp>

#include "idn.hpp"
#include "resolve.hpp"

namespace popfetch::net {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_character(char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_'; }

/// RFC 1123 §2.1 and the underscore that real hosts have. No leading hyphen: the name may become an argument.
bool is_label(std::string_view label)
{
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(), is_name_character);
}

/// What inet_aton(3) would take for a number: "127.1" or "10.0.0.256" is an address mistyped, not a name (RFC 1123
/// §2.1).
bool is_number(std::string_view label)
{
    const bool is_hex = label.starts_with("0x");
    if (is_hex) label.remove_prefix(2);
    return std::all_of(label.begin(), label.end(),
                       [&](char c) { return is_digit(c) || (is_hex && c >= 'a' && c <= 'f'); });
}

bool is_name(std::string_view name)
{
    if (name.empty() || name.size() > 253) return false;
    std::string_view label;
    for (;;) {
        const auto dot = name.find('.');
        label = name.substr(0, dot);
        if (!is_label(label)) return false;
        if (dot == std::string_view::npos) return !is_number(label);
        name.remove_prefix(dot + 1);
    }
}

}

bool is_address_literal(std::string_view host) noexcept
{
    char text[INET6_ADDRSTRLEN];
    const auto address = host.substr(0, host.find('%')); // a scope: fe80::1%eth0
    if (address.size() >= sizeof text) return false;
    text[address.copy(text, sizeof text - 1)] = '\0';
    unsigned char bytes[16];
    return inet_pton(AF_INET6, text, bytes) == 1 || (address == host && inet_pton(AF_INET, text, bytes) == 1);
}

bool is_loopback(std::string_view host) noexcept
{
    char text[INET6_ADDRSTRLEN];
    if (host.size() >= sizeof text) return false;
    text[host.copy(text, sizeof text - 1)] = '\0';
    in_addr v4{};
    if (inet_pton(AF_INET, text, &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
    in6_addr v6{};
    if (inet_pton(AF_INET6, text, &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
    return is_localhost(host);
}

std::string ascii_host(std::string_view host)
{
    if (is_address_literal(host)) return base::to_lower(host);
    const bool ascii = std::all_of(host.begin(), host.end(), [](char c) { return c > ' ' && c < '\x7f'; });
    auto name = base::to_lower(ascii ? std::string{host} : to_a_label(host));
    if (name.ends_with('.')) name.pop_back(); // the root, which certificates do not write
    if (is_name(name)) return name;
    throw ConnectionError{base::ExitStatus::no_host, "net.unknown_host",
                          "\"" + base::printable(host) + "\" is not a host name", "check host"};
}

}
