#include "uri.hpp"

#include <algorithm>

#include <arpa/inet.h>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/number.hpp>
#include <popfetch/config/url.hpp>

namespace popfetch::config {

namespace {

bool is_address_of(int family, std::string_view text) noexcept
{
    char buffer[INET6_ADDRSTRLEN] = {};
    if (text.size() >= sizeof buffer) return false;
    std::copy(text.begin(), text.end(), buffer);
    in6_addr parsed{};
    return inet_pton(family, buffer, &parsed) == 1;
}

// host and port; takes the brackets off an IPv6 address.
std::string_view split_authority(std::string_view authority, Uri& uri)
{
    const bool bracketed = authority.starts_with('[');
    const auto host_end = bracketed ? authority.find(']') : std::min(authority.find(':'), authority.size());
    if (host_end == std::string_view::npos) return "the bracket of the address is not closed";

    const auto host = percent_decoded(authority.substr(bracketed, host_end - bracketed));
    if (!host || host->empty()) return "there is no host";
    if (bracketed ? !is_ipv6_address(*host) : !is_plausible_host(*host)) return "the host is not a name or an address";
    uri.host = *host;

    auto after = authority.substr(host_end + bracketed);
    if (after.empty() || after == ":") return {};
    if (after.front() != ':') return "something stands between the host and the port";
    uri.port = base::parse_number<std::uint16_t>(after.substr(1), 1);
    return uri.port ? std::string_view{} : "the port is not a number from 1 to 65535";
}

}

bool is_ip_address(std::string_view text) noexcept { return is_address_of(AF_INET, text) || is_ipv6_address(text); }

bool is_ipv6_address(std::string_view text) noexcept
{
    const auto zone = text.find('%');
    if (zone != std::string_view::npos && zone + 1 == text.size()) return false;
    return is_address_of(AF_INET6, text.substr(0, zone));
}

bool is_plausible_host(std::string_view host) noexcept
{
    constexpr std::string_view reserved = " /@#?[]:;\\\"'<>\x7f";
    return !host.empty() && host.size() <= 255 && std::none_of(host.begin(), host.end(), [&](char c) {
        return static_cast<unsigned char>(c) < 0x20 || reserved.find(c) != std::string_view::npos;
    });
}

std::string certificate_name(std::string_view host)
{
    return std::string{is_ipv6_address(host) ? host.substr(0, host.find('%')) : host};
}

ParsedUri parse_uri(std::string_view text)
{
    ParsedUri parsed;
    const auto colon = text.find("://");
    if (colon == std::string_view::npos) return {{}, "there is no \"://\""};
    parsed.uri.scheme = base::to_lower(text.substr(0, colon));
    text.remove_prefix(colon + 3);

    const auto end = std::min(text.find_first_of("/?#"), text.size());
    parsed.uri.rest = text.substr(end);
    auto authority = text.substr(0, end);
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
        parsed.uri.userinfo = authority.substr(0, at);
        authority.remove_prefix(at + 1);
    }
    parsed.fault = split_authority(authority, parsed.uri);
    return parsed;
}

}
