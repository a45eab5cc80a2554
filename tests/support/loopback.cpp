#include "support/loopback.hpp"

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

namespace popfetch::test {

namespace {

void require(bool done)
{
    if (!done) throw std::runtime_error{std::strerror(errno)};
}

void end_waits(int socket)
{
    const timeval patience{30, 0};
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

base::Fd bound(int family)
{
    base::Fd made{::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    require(static_cast<bool>(made));
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_addr = in6addr_loopback;
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool is_v4 = family == AF_INET;
    const auto* address = is_v4 ? reinterpret_cast<const sockaddr*>(&v4) : reinterpret_cast<const sockaddr*>(&v6);
    require(::bind(made.get(), address, is_v4 ? sizeof v4 : sizeof v6) == 0);
    return made;
}

std::uint16_t port_of(int socket)
{
    sockaddr_in6 address{}; // the port is at the same place in sockaddr_in
    socklen_t size = sizeof address;
    require(getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    return ntohs(address.sin6_port);
}

}

Listener::Listener(int family, int backlog) : family_{family}, socket_{bound(family)}
{
    require(::listen(socket_.get(), backlog) == 0);
    end_waits(socket_.get());
    port_ = port_of(socket_.get());
}

base::Fd Listener::accept() const
{
    base::Fd accepted{::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
    require(static_cast<bool>(accepted));
    end_waits(accepted.get());
    return accepted;
}

std::uint16_t unused_port() { return port_of(bound(AF_INET).get()); }

bool has_ipv6_loopback()
{
    try {
        bound(AF_INET6);
        return true;
    } catch (const std::runtime_error&) {
        return false;
    }
}

void say(const base::Fd& socket, std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto count = ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        require(count > 0);
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

std::string hear(const base::Fd& socket, std::string_view ending)
{
    std::string heard;
    char byte = 0;
    while (!heard.ends_with(ending) && ::recv(socket.get(), &byte, 1, 0) == 1) heard.push_back(byte);
    return heard;
}

std::string hear_octets(const base::Fd& socket, std::size_t count)
{
    std::string heard(count, '\0');
    const auto got = ::recv(socket.get(), heard.data(), count, MSG_WAITALL);
    heard.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return heard;
}

bool is_closed(const base::Fd& socket)
{
    char bytes[4096];
    for (;;) {
        const auto count = ::recv(socket.get(), bytes, sizeof bytes, 0);
        if (count == 0 || (count < 0 && errno == ECONNRESET)) return true;
        if (count < 0) return false;
    }
}

void reset(base::Fd socket)
{
    const linger at_once{1, 0};
    setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    socket.reset();
}

}
