#pragma once
// A Stream over a connected, non-blocking socket. Also the two calls that a stream over something else is made of.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <popfetch/base/fd.hpp>
#include <popfetch/net/stream.hpp>

namespace popfetch::net {

/// What is there now, 0 at the end of the stream; nothing when there is nothing yet. Throws ConnectionError.
std::optional<std::size_t> receive(int socket, std::span<char> into, std::string_view peer);

/// Hands over what fits now and says how much that was; throws ConnectionError. Never raises SIGPIPE.
std::size_t send_some(int socket, std::string_view bytes, std::string_view peer);

/// O_NONBLOCK and FD_CLOEXEC, whoever made the descriptor.
void make_non_blocking(int descriptor);

class SocketStream final : public Stream {
public:
    SocketStream(base::Fd socket, std::string peer, bool local);

    std::size_t read_some(std::span<char> into, Deadline deadline) override;
    void write_all(std::string_view bytes, Deadline deadline) override;
    const std::string& peer() const override { return peer_; }
    bool local() const override { return local_; }
    int descriptor() const override { return socket_.get(); }

    /// Gives the socket up; the stream is of no use afterwards. For a proxy that has done its part.
    base::Fd take() { return std::move(socket_); }

private:
    base::Fd socket_;
    std::string peer_;
    bool local_;
};

}
