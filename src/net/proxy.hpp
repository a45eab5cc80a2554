#pragma once
// Asking a proxy to connect us on. Each function speaks the proxy's protocol on a connection to it and returns when the
// server is at the other end; not one octet of the server's is taken. Failures are ConnectionError "net.proxy".

#include <cstddef>
#include <cstdint>
#include <string>

#include <popfetch/net/dial.hpp>

#include "socket_stream.hpp"

namespace popfetch::net {

/// The server behind the proxy: an A-label or an address, never resolved here.
struct Destination {
    std::string host;
    std::uint16_t port;
};

/// RFC 1928, with the login of RFC 1929 where there is a user.
void ask_socks5(SocketStream& proxy, const Socks5& login, const Destination& destination, Deadline deadline);

/// RFC 9110 §9.3.6, with the Basic login of RFC 7617 where there is a user.
void ask_http(SocketStream& proxy, const HttpConnect& login, const Destination& destination, Deadline deadline);

/// Exactly so many octets.
std::string read_exactly(Stream& stream, std::size_t count, Deadline deadline);

}
