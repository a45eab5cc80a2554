// proxy = "socks5://[user[:password]@]host[:port]", "http://…", or { command = […] }.

#include <optional>

#include <popfetch/config/url.hpp>

#include "row.hpp"
#include "uri.hpp"

namespace popfetch::config {

namespace {

constexpr Row<net::TunnelCommand> rows[] = {
    {{"proxy", "command", "list: program, arguments",
      "speaks to the server on its input and output; %h and %p alone are host and port"},
     [](const Field& field, net::TunnelCommand& tunnel) { tunnel.argv = field.argv(); }},
};

constexpr std::string_view expected = "\"socks5://HOST:PORT\", \"http://HOST:PORT\" or { command = [...] }";

struct Login {
    std::string user;
    base::Secret password;
};

Login login_of(const Field& field, std::string_view userinfo)
{
    const auto colon = std::min(userinfo.find(':'), userinfo.size());
    const auto user = percent_decoded(userinfo.substr(0, colon));
    auto password = percent_decoded(userinfo.substr(std::min(colon + 1, userinfo.size())));
    if (!user || !password) field.invalid("a % in it is not followed by two hex digits", "write %25 for a % itself");
    const std::string_view line_ends{"\r\n\0", 3};
    if (user->find_first_of(line_ends) != std::string::npos || password->find_first_of(line_ends) != std::string::npos)
        field.invalid("a line break or NUL is inside");
    Login login{*user, base::Secret{*password}};
    base::wipe(password->data(), password->size());
    return login;
}

template<class Proxy>
Proxy to_proxy(const Field& field, const Uri& uri)
{
    Proxy proxy;
    proxy.host = uri.host;
    if (uri.port) proxy.port = *uri.port;
    if (!uri.userinfo) return proxy;
    auto login = login_of(field, *uri.userinfo);
    proxy.user = std::move(login.user);
    proxy.password = std::move(login.password);
    return proxy;
}

}

net::Proxy read_proxy(const Field& field)
{
    if (field.is_table()) {
        net::TunnelCommand tunnel;
        read_members(field, rows, tunnel);
        if (tunnel.argv.empty()) field.lacks("\"command\"");
        return tunnel;
    }
    const auto [uri, fault] = parse_uri(field.text(expected));
    if (!fault.empty()) field.invalid(fault, "expected " + std::string{expected});
    if (!uri.rest.empty() && uri.rest != "/") field.invalid("something stands after the host and the port");
    if (uri.scheme == "socks5") return to_proxy<net::Socks5>(field, uri);
    if (uri.scheme == "http") return to_proxy<net::HttpConnect>(field, uri);
    field.wrong(expected);
}

void add_proxy_keys(std::vector<Key>& keys)
{
    for (const auto& row : rows) keys.push_back(row.key);
}

}
