#pragma once
// An ordered stream of bytes to a peer, with a deadline on every wait. The seam under which tests put a script and
// fuzzers put bytes; in the product it is a socket, a tunnel command, or TLS over one of them.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <popfetch/net/deadline.hpp>

namespace popfetch::net {

struct TlsInfo;

class Stream {
public:
    Stream() = default;
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    /// Closes at once, sending nothing of the application's. What the peer makes of that is the point of dropping a line.
    virtual ~Stream() = default;

    /// Waits for at least one byte; as many as are there, up to the size of `into`. 0 is the end of the stream.
    /// Throws ConnectionError (timeout, reset), TlsError, base::Interrupted.
    virtual std::size_t read_some(std::span<char> into, Deadline deadline) = 0;

    /// Sends all of it; one call is one segment or TLS record where it fits. Throws as read_some.
    virtual void write_all(std::string_view bytes, Deadline deadline) = 0;

    /// For messages: "pop.example.org:995".
    virtual const std::string& peer() const = 0;

    /// What TLS found out; null on a clear line.
    virtual const TlsInfo* tls() const { return nullptr; }

    /// True where nobody can listen in though there is no TLS: loopback, a UNIX socket, a tunnel command.
    virtual bool local() const { return false; }

    /// The descriptor under a clear stream, so that LineReader::release can see what came too early; -1 where there is none.
    virtual int descriptor() const { return -1; }
};

}
