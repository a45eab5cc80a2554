#include "proxy.hpp"

#include <array>
#include <string_view>
#include <utility>

#include <arpa/inet.h>

#include <popfetch/base/error.hpp>

#include "failure.hpp"

namespace popfetch::net {

namespace {

constexpr char version = 5, login_version = 1, connect_command = 1;
constexpr char no_login = 0, with_login = 2;
constexpr char ipv4 = 1, domain_name = 3, ipv6 = 4;

char octet(std::size_t number) { return static_cast<char>(static_cast<unsigned char>(number)); }
unsigned number(char octet) { return static_cast<unsigned char>(octet); }

/// RFC 1928 §6.
std::string_view meaning_of(char reply)
{
    constexpr std::array<std::string_view, 9> meanings{"succeeded",
                                                       "general failure",
                                                       "not allowed by its rules",
                                                       "network unreachable",
                                                       "host unreachable",
                                                       "connection refused",
                                                       "time to live expired",
                                                       "command not supported",
                                                       "address type not supported"};
    return number(reply) < meanings.size() ? meanings[number(reply)] : "unknown failure";
}

void check_version(char answer, char wanted, const SocketStream& proxy)
{
    if (answer != wanted) throw temporary("net.proxy", proxy.peer(), "this is not a SOCKS5 proxy", "check proxy");
}

void log_in(SocketStream& proxy, const Socks5& login, Deadline deadline)
{
    if (login.user.size() > 255 || login.password.size() > 255) {
        throw base::Error{base::ExitStatus::config, "config.value",
                          "proxy: a SOCKS5 user or password has at most 255 octets"};
    }
    base::Secret request{std::string{login_version} + octet(login.user.size()) + login.user +
                         octet(login.password.size())};
    request.append(login.password);
    proxy.write_all(request.reveal(), deadline);
    const auto answer = read_exactly(proxy, 2, deadline);
    if (answer[1] != 0) throw temporary("net.proxy", proxy.peer(), "the proxy refuses the login", "check proxy");
}

void choose_method(SocketStream& proxy, const Socks5& login, Deadline deadline)
{
    std::string greeting{version, 1, no_login};
    if (!login.user.empty()) greeting = {version, 2, no_login, with_login};
    proxy.write_all(greeting, deadline);
    const auto answer = read_exactly(proxy, 2, deadline);
    check_version(answer[0], version, proxy);
    if (answer[1] == no_login) return;
    if (answer[1] == with_login && !login.user.empty()) return log_in(proxy, login, deadline);
    throw temporary("net.proxy", proxy.peer(),
                    login.user.empty() ? "the proxy wants a login" : "the proxy takes no login with a password",
                    "check proxy");
}

std::string encoded(const std::string& host)
{
    char address[16];
    if (inet_pton(AF_INET, host.c_str(), address) == 1) return ipv4 + std::string(address, 4);
    if (inet_pton(AF_INET6, host.c_str(), address) == 1) return ipv6 + std::string(address, 16);
    return std::string{domain_name} + octet(host.size()) + host; // at most 253: ascii_host
}

/// The rest of the answer is the address the proxy connected from, which nobody needs but which must go.
void skip_bound_address(SocketStream& proxy, char type, Deadline deadline)
{
    std::size_t size = 0;
    if (type == ipv4)
        size = 4;
    else if (type == ipv6)
        size = 16;
    else if (type == domain_name)
        size = number(read_exactly(proxy, 1, deadline)[0]);
    else
        throw temporary("net.proxy", proxy.peer(), "the proxy answers with an address of an unknown kind");
    read_exactly(proxy, size + 2, deadline);
}

}

void ask_socks5(SocketStream& proxy, const Socks5& login, const Destination& destination, Deadline deadline)
{
    choose_method(proxy, login, deadline);
    const std::string port{octet(destination.port >> 8), octet(destination.port & 0xff)};
    proxy.write_all(std::string{version, connect_command, 0} + encoded(destination.host) + port, deadline);
    const auto answer = read_exactly(proxy, 4, deadline);
    check_version(answer[0], version, proxy);
    if (answer[1] != 0) {
        throw temporary("net.proxy", proxy.peer(), "the proxy cannot connect: " + std::string{meaning_of(answer[1])});
    }
    skip_bound_address(proxy, answer[3], deadline);
}

std::string read_exactly(Stream& stream, std::size_t count, Deadline deadline)
{
    std::string bytes(count, '\0');
    for (std::size_t got = 0; got < count;) {
        const auto more = stream.read_some({bytes.data() + got, count - got}, deadline);
        if (more == 0) throw temporary("net.proxy", stream.peer(), "the proxy has closed the connection");
        got += more;
    }
    return bytes;
}

}
