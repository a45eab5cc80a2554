#pragma once
// From a name to a connected clear stream: resolve, connect by happy eyeballs (RFC 8305: the next address starts 250 ms
// after the last, families alternate, the first to connect wins), through a proxy or a command where asked.
// Resolving does not block an interrupt or a deadline.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <popfetch/base/secret.hpp>
#include <popfetch/net/error.hpp>
#include <popfetch/net/stream.hpp>

namespace popfetch::net {

enum class IpVersion { any, v4, v6 };

struct Socks5 {                // RFC 1928, 1929; the proxy resolves the name
    std::string host;
    std::uint16_t port = 1080;
    std::string user;          // empty: no login is offered
    base::Secret password;
};
struct HttpConnect {           // RFC 9110 §9.3.6
    std::string host;
    std::uint16_t port = 8080;
    std::string user;          // Basic
    base::Secret password;
};
struct TunnelCommand {         // speaks to the server on its stdin and stdout: ssh -W, openssl s_client
    std::vector<std::string> argv;   // no shell; "%h" and "%p" alone as an argument are host and port
};
using Proxy = std::variant<std::monostate, Socks5, HttpConnect, TunnelCommand>;

struct DialOptions {
    std::string host;          // a name (IDN allowed), an IPv4 or IPv6 literal, or "/path/to/socket" (port ignored)
    std::uint16_t port = 0;
    Proxy proxy;
    std::string source_address;      // empty: the system chooses
    IpVersion ip_version = IpVersion::any;
    std::chrono::milliseconds attempt_delay{250};
};

/// What each address answered, for `info`: "192.0.2.25 connected", "2001:db8::25 no answer in 250 ms".
struct Attempt {
    std::string address;
    std::string outcome;
    std::chrono::milliseconds at{0};  // since the dial began
};
struct DialReport {
    std::vector<Attempt> attempts;
    std::chrono::milliseconds resolved{0}, connected{0};   // since the dial began
};

/// Throws ConnectionError naming host and port, and every address that was tried where more than one was.
/// TCP_NODELAY and keep-alive are set. `report` may be null; it is filled also when this throws.
std::unique_ptr<Stream> dial(const DialOptions& options, Deadline deadline, DialReport* report = nullptr);

/// A stream over a connected descriptor (socket or socketpair), which it takes over.
std::unique_ptr<Stream> stream_over(int descriptor, std::string peer, bool local);

/// The A-label form (RFC 5891) of a host name; literals and ASCII names come back in lower case, without the dot of the
/// root. Throws ConnectionError for what cannot be a name. Names that are not ASCII need libidn2 at run time.
std::string ascii_host(std::string_view host);
bool is_address_literal(std::string_view host) noexcept;
bool is_loopback(std::string_view host) noexcept;     // "localhost", 127.0.0.0/8, ::1

}
