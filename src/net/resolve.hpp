#pragma once
// From a name to addresses. getaddrinfo(3) cannot be interrupted and may take a minute when name servers are silent, so
// it runs in a thread of its own, and whoever gives up leaves it behind: it owns all it touches.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <popfetch/net/deadline.hpp>
#include <popfetch/net/dial.hpp>

#include "address.hpp"

namespace popfetch::net {

struct Found {
    int error = 0;        // EAI_…, 0 when there are addresses
    int error_number = 0; // errno for EAI_SYSTEM
    std::vector<Address> addresses;
};

/// The question put to the system: name and address family. A test puts its own in.
using Lookup = std::function<Found(const std::string& host, int family)>;
Found system_lookup(const std::string& host, int family);

/// "localhost" and every name under it, in any case, with or without the root's dot.
bool is_localhost(std::string_view name) noexcept;

/// The addresses of `host` in the system's order (RFC 6724), each once. What is_localhost is ::1 and 127.0.0.1, and
/// nobody is asked (RFC 6761 §6.3): it works without /etc/hosts, and no name server can say otherwise. Throws ConnectionError: "net.unknown_host" when
/// there is no such name or it has no address of that family, "net.unresolved" when nobody knows now, "net.timeout".
std::vector<Address> resolve(const std::string& host, std::uint16_t port, IpVersion version, const std::string& peer,
                             Deadline deadline, const Lookup& lookup = &system_lookup);

}
