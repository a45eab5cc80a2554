#include "support/catch.hpp"

#include "reading.hpp"

using popfetch::tests::account_of;
using popfetch::tests::complaint_about;
namespace net = popfetch::net;

TEST_CASE("A SOCKS proxy is a host with or without a port and a login")
{
    const auto socks = [](const std::string& url) {
        return std::get<net::Socks5>(account_of("proxy = \"" + url + '"').dial.proxy);
    };
    CHECK(socks("socks5://proxy.example").host == "proxy.example");
    CHECK(socks("socks5://proxy.example").port == 1080);
    CHECK(socks("socks5://proxy.example").user.empty());
    CHECK(socks("socks5://proxy.example").password.empty());
    CHECK(socks("SOCKS5://[::1]:9050/").host == "::1");
    CHECK(socks("socks5://[::1]:9050").port == 9050);
    CHECK(socks("socks5://alice@proxy.example").user == "alice");
    CHECK(socks("socks5://al%40ice:p%3A%2Fw@proxy.example").user == "al@ice");
    CHECK(socks("socks5://al%40ice:p%3A%2Fw@proxy.example").password.reveal() == "p:/w");
}

TEST_CASE("An HTTP proxy has a port of its own")
{
    const auto http = std::get<net::HttpConnect>(account_of("proxy = \"http://u:p@10.0.0.1\"").dial.proxy);
    CHECK(http.host == "10.0.0.1");
    CHECK(http.port == 8080);
    CHECK(http.user == "u");
    CHECK(http.password.reveal() == "p");
}

TEST_CASE("A command can be the way to the server")
{
    const auto account = account_of("proxy = { command = [\"ssh\", \"-W\", \"%h\", \"%p\"] }");
    CHECK(std::get<net::TunnelCommand>(account.dial.proxy).argv == std::vector<std::string>{"ssh", "-W", "%h", "%p"});
}

TEST_CASE("What is wrong with a proxy is told without showing it")
{
    struct Row {
        std::string value, told;
    };
    const std::string place = "popfetch.toml:4: \"proxy\" in account \"work\"";
    const std::string expected = "; expected \"socks5://HOST:PORT\", \"http://HOST:PORT\" or { command = [...] }";
    const Row rows[] = {
        {"\"ftp://u:secret@h\"", "config.value: " + place + " is text" + expected},
        {"\"proxy.example:1080\"", "config.value: " + place + ": there is no \"://\"" + expected},
        {"\"socks5://u:secret\"", "config.value: " + place + ": the port is not a number from 1 to 65535" + expected},
        {"\"socks5://h:0\"", "config.value: " + place + ": the port is not a number from 1 to 65535" + expected},
        {"\"socks5://\"", "config.value: " + place + ": there is no host" + expected},
        {"\"socks5://[::1\"", "config.value: " + place + ": the bracket of the address is not closed" + expected},
        {"\"socks5://[nonsense]\"", "config.value: " + place + ": the host is not a name or an address" + expected},
        {"\"socks5://h/path\"", "config.value: " + place + ": something stands after the host and the port"},
        {"\"socks5://u:sec%ret@h\"",
         "config.value: " + place + ": a % in it is not followed by two hex digits; write %25 for a % itself"},
        {"\"socks5://u:secret%0D@h\"", "config.value: " + place + ": a line break or NUL is inside"},
        {"true", "config.value: " + place + " is true" + expected},
        {"{}", "config.missing: " + place + " needs \"command\""},
        {"{ comand = [\"x\"] }", "config.unknown_key: popfetch.toml:4: unknown key \"comand\" in \"proxy\" of account "
                                 "\"work\"; did you mean \"command\"?"},
    };
    for (const auto& row : rows) CHECK(complaint_about("proxy = " + row.value) == row.told);
}
