#pragma once
// What this module needs of the machine, for a process that is about to confine itself (base/sandbox.hpp). Best effort,
// as systems differ: a place too many does no harm, and one that does not exist is no mistake.

#include <cstdint>
#include <string>
#include <vector>

#include <popfetch/net/dial.hpp>
#include <popfetch/net/tls.hpp>

namespace popfetch::net {

/// Files and folders that resolving a name may read: getaddrinfo(3), nsswitch.conf(5).
std::vector<std::string> resolver_places();

/// Files and folders that a handshake may read: the system's authorities, or those of the options; OpenSSL's own
/// configuration.
std::vector<std::string> trust_places(const TlsOptions& options);

/// TCP ports that dial() may call: the server's or the proxy's. None for a socket's path and for a command.
std::vector<std::uint16_t> ports(const DialOptions& options);

/// True where dial() starts a program.
bool runs_command(const DialOptions& options) noexcept;

}
