#pragma once
// The ways from a name to a connected stream that dial() chooses from.

#include <memory>
#include <string>

#include <popfetch/net/dial.hpp>

#include "socket_stream.hpp"

namespace popfetch::net {

/// Where to, by which patience, and where to write down what happened.
struct Trip {
    const DialOptions& options;
    std::string peer; // of the server, for messages
    Deadline deadline;
    DialReport& report;
    Deadline::Clock::time_point begin = Deadline::Clock::now();
};

/// "pop.example.org:995", "[2001:db8::1]:995"; for people, so made printable.
std::string label(const std::string& host, std::uint16_t port);

/// Resolves and connects. `peer` is who is connected to: the server, or the proxy before it.
std::unique_ptr<SocketStream> connect_to(const std::string& host, std::uint16_t port, const std::string& peer,
                                         const Trip& trip);

/// A UNIX socket.
std::unique_ptr<Stream> connect_to_path(const Trip& trip);

}
