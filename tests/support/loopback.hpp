#pragma once
// A listening socket on a free port of the loopback interface, and plain blocking talk over what it accepts. Every
// wait ends after half a minute, so that a broken test fails and does not hang.

#include <cstdint>
#include <string>
#include <string_view>

#include <sys/socket.h>

#include <popfetch/base/fd.hpp>

namespace popfetch::test {

class Listener {
public:
    /// AF_INET or AF_INET6; a `backlog` of 0 lets one caller in and leaves the others unanswered.
    explicit Listener(int family = AF_INET, int backlog = 16);

    std::uint16_t port() const { return port_; }
    std::string host() const { return family_ == AF_INET ? "127.0.0.1" : "::1"; }
    base::Fd accept() const;

private:
    int family_;
    base::Fd socket_;
    std::uint16_t port_ = 0;
};

/// A port of 127.0.0.1 on which nobody listens.
std::uint16_t unused_port();
bool has_ipv6_loopback();

void say(const base::Fd& socket, std::string_view bytes);
/// Reads until what was read ends with `ending`, or until the end of the stream.
std::string hear(const base::Fd& socket, std::string_view ending = "\r\n");
std::string hear_octets(const base::Fd& socket, std::size_t count);
/// The other end has gone: waits for its end of stream or reset.
bool is_closed(const base::Fd& socket);
/// Closes with RST.
void reset(base::Fd socket);

}
