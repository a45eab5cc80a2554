#pragma once
// A socket address as a value: what resolving gives and connecting takes.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sys/socket.h>

namespace popfetch::net {

class Address {
public:
    Address(const sockaddr* address, socklen_t size);

    /// From an IPv4 or IPv6 literal (a scope may follow: fe80::1%eth0); nothing for anything else.
    static std::optional<Address> from_literal(std::string_view text, std::uint16_t port);
    /// Nothing when the path is too long for a socket address (sun_path; unix(7)).
    static std::optional<Address> of_unix_socket(std::string_view path);
    /// Who is at the other end, or at ours; nothing when the socket does not know.
    static std::optional<Address> of_peer(int socket);
    static std::optional<Address> of_self(int socket);

    const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage_); }
    socklen_t size() const noexcept { return size_; }
    int family() const noexcept { return storage_.ss_family; }
    Address at_port(std::uint16_t port) const;
    std::uint16_t port() const noexcept;

    /// Numeric, without the port.
    std::string text() const;
    /// 127.0.0.0/8, ::1, the former mapped into the latter's family, or a UNIX socket: never on a wire.
    bool is_loopback() const noexcept;

    friend bool operator==(const Address& a, const Address& b) noexcept;

private:
    sockaddr_storage storage_{};
    socklen_t size_;
};

}
