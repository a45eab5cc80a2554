#include "socket_stream.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <popfetch/base/error.hpp>
#include <popfetch/net/dial.hpp>

#include "failure.hpp"
#include "wait.hpp"

namespace popfetch::net {

std::optional<std::size_t> receive(int socket, std::span<char> into, std::string_view peer)
{
    for (;;) {
        const auto count = recv(socket, into.data(), into.size(), 0);
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno == EAGAIN || errno == EWOULDBLOCK) return std::nullopt;
        if (errno != EINTR) throw failure(peer, errno);
    }
}

std::size_t send_some(int socket, std::string_view bytes, std::string_view peer)
{
    for (;;) {
        const auto count = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
        if (errno != EINTR) throw failure(peer, errno);
    }
}

void make_non_blocking(int descriptor)
{
    const int status = fcntl(descriptor, F_GETFL);
    if (status < 0 || fcntl(descriptor, F_SETFL, status | O_NONBLOCK) < 0 ||
        fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0) {
        throw base::SystemError{"prepare", "a connection", errno};
    }
}

SocketStream::SocketStream(base::Fd socket, std::string peer, bool local)
    : socket_{std::move(socket)}, peer_{std::move(peer)}, local_{local}
{
    make_non_blocking(socket_.get());
}

std::size_t SocketStream::read_some(std::span<char> into, Deadline deadline)
{
    const auto start = Deadline::Clock::now();
    deadline.throw_if_interrupted();
    for (;;) {
        if (const auto count = receive(socket_.get(), into, peer_)) return *count;
        if (!wait_for(socket_.get(), POLLIN, deadline)) throw timed_out(peer_, "no answer", start);
    }
}

void SocketStream::write_all(std::string_view bytes, Deadline deadline)
{
    const auto start = Deadline::Clock::now();
    deadline.throw_if_interrupted();
    for (;;) {
        bytes.remove_prefix(send_some(socket_.get(), bytes, peer_));
        if (bytes.empty()) return;
        if (!wait_for(socket_.get(), POLLOUT, deadline)) throw timed_out(peer_, "it takes no data", start);
    }
}

std::unique_ptr<Stream> stream_over(int descriptor, std::string peer, bool local)
{
    return std::make_unique<SocketStream>(base::Fd{descriptor}, std::move(peer), local);
}

}
