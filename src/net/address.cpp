#include "address.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>

namespace popfetch::net {

namespace {

template<class Family>
Family as(const sockaddr* address) noexcept
{
    Family copy{};
    std::memcpy(&copy, address, sizeof copy); // sockaddr_storage may not alias; this the optimiser sees through
    return copy;
}

std::optional<Address> ask(int (*question)(int, sockaddr*, socklen_t*), int socket)
{
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    auto* address = reinterpret_cast<sockaddr*>(&storage);
    if (question(socket, address, &size) != 0) return std::nullopt;
    return Address{address, size};
}

}

Address::Address(const sockaddr* address, socklen_t size)
    : size_{std::min<socklen_t>(size, static_cast<socklen_t>(sizeof storage_))}
{
    std::memcpy(&storage_, address, size_);
}

std::optional<Address> Address::from_literal(std::string_view text, std::uint16_t port)
{
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (text.empty() || getaddrinfo(std::string{text}.c_str(), nullptr, &hints, &found) != 0) return std::nullopt;
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner{found, &freeaddrinfo};
    return Address{found->ai_addr, found->ai_addrlen}.at_port(port);
}

std::optional<Address> Address::of_unix_socket(std::string_view path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return std::nullopt;
    path.copy(address.sun_path, path.size());
    return Address{reinterpret_cast<const sockaddr*>(&address), sizeof address};
}

std::optional<Address> Address::of_peer(int socket) { return ask(&getpeername, socket); }
std::optional<Address> Address::of_self(int socket) { return ask(&getsockname, socket); }

Address Address::at_port(std::uint16_t port) const
{
    Address moved = *this;
    // The port is at the same place in both families (RFC 3493 §3.3 keeps sockaddr_in6 that way).
    auto address = as<sockaddr_in>(get());
    address.sin_port = htons(port);
    if (family() == AF_INET || family() == AF_INET6)
        std::memcpy(&moved.storage_, &address, offsetof(sockaddr_in, sin_addr));
    return moved;
}

std::uint16_t Address::port() const noexcept
{
    if (family() != AF_INET && family() != AF_INET6) return 0;
    return ntohs(as<sockaddr_in>(get()).sin_port);
}

std::string Address::text() const
{
    if (family() == AF_UNIX) return as<sockaddr_un>(get()).sun_path;
    char host[NI_MAXHOST] = "";
    if (getnameinfo(get(), size_, host, sizeof host, nullptr, 0, NI_NUMERICHOST) != 0) return "?";
    return host;
}

bool Address::is_loopback() const noexcept
{
    if (family() == AF_UNIX) return true;
    if (family() == AF_INET) return (ntohl(as<sockaddr_in>(get()).sin_addr.s_addr) >> 24) == 127;
    if (family() != AF_INET6) return false;
    const auto address = as<sockaddr_in6>(get()).sin6_addr;
    return IN6_IS_ADDR_LOOPBACK(&address) || (IN6_IS_ADDR_V4MAPPED(&address) && address.s6_addr[12] == 127);
}

bool operator==(const Address& a, const Address& b) noexcept
{
    return a.size_ == b.size_ && std::memcmp(&a.storage_, &b.storage_, a.size_) == 0;
}

}
