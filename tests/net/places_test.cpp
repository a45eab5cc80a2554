#include "support/catch.hpp"

#include <algorithm>
#include <string>

#include <popfetch/net/places.hpp>

namespace net = popfetch::net;

namespace {

bool has(const std::vector<std::string>& places, const std::string& place)
{
    return std::ranges::find(places, place) != places.end();
}

}

TEST_CASE("A server is called at its port and a proxy at the proxy's")
{
    net::DialOptions options;
    options.host = "pop.example.org";
    options.port = 995;
    CHECK(net::ports(options) == std::vector<std::uint16_t>{995, 53});
    options.proxy = net::Socks5{"proxy", 1081, {}, {}};
    CHECK(net::ports(options).front() == 1081);
    options.proxy = net::HttpConnect{"proxy", 3128, {}, {}};
    CHECK(net::ports(options).front() == 3128);
    CHECK_FALSE(net::runs_command(options));
}

TEST_CASE("A socket and a command need no port and only the command is a program")
{
    net::DialOptions options;
    options.host = "/run/pop3";
    options.proxy = net::TunnelCommand{{"ssh"}};
    CHECK(net::ports(options).empty());
    CHECK_FALSE(net::runs_command(options));
    options.host = "pop.example.org";
    CHECK(net::ports(options).empty());
    CHECK(net::runs_command(options));
}

TEST_CASE("The files of the options and what the system trusts are read in a handshake")
{
    net::TlsOptions options;
    options.ca_file = "/home/alice/ca.pem";
    options.crl_file = "/home/alice/crl.pem";
    options.client_certificate = "/home/alice/me.pem";
    options.client_key = "/home/alice/me.key";
    const auto places = net::trust_places(options);
    for (const auto& file : {options.ca_file, options.crl_file, options.client_certificate, options.client_key})
        CHECK(has(places, file));
    CHECK(has(places, "/etc/ssl/certs"));
    CHECK_FALSE(has(places, "/etc/ssl/private"));
    CHECK_FALSE(has(places, ""));
    CHECK(has(net::resolver_places(), "/etc/resolv.conf"));
}
