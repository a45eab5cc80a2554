#include "support/catch.hpp"

#include <string>
#include <vector>

#include <popfetch/net/dial.hpp>

#include "support/errors.hpp"

using namespace std::string_literals;
using popfetch::net::ascii_host;
using popfetch::net::is_address_literal;
using popfetch::net::is_loopback;
using popfetch::test::failure_of;

TEST_CASE("An ASCII name comes back in lower case without the dot of the root")
{
    CHECK(ascii_host("Pop.Example.ORG") == "pop.example.org");
    CHECK(ascii_host("pop.example.org.") == "pop.example.org");
    CHECK(ascii_host("localhost") == "localhost");
    CHECK(ascii_host("mail_1.example") == "mail_1.example");
    CHECK(ascii_host("XN--PP-FKA.example") == "xn--pp-fka.example");
}

TEST_CASE("An address comes back as it is")
{
    CHECK(ascii_host("192.0.2.25") == "192.0.2.25");
    CHECK(ascii_host("2001:DB8::25") == "2001:db8::25");
}

TEST_CASE("What cannot be a name is refused before anyone is asked")
{
    const std::string label(64, 'a');
    for (const std::string& host : std::vector{""s, "."s, "a..b"s, ".a"s, "-oProxyCommand=x"s, "-v"s, "a-.example"s,
                                               "a b"s, "a\nb"s, "a\0b"s, "user@host"s, "host:995"s, "[::1]"s, "a/b"s,
                                               label, "127.1"s, "2130706433"s, "10.0.0.256"s, "0x7f000001"s}) {
        INFO(host);
        CHECK(failure_of([&] { ascii_host(host); }).kind == "net.unknown_host");
    }
    std::string long_name(63, 'a');
    for (int i = 0; i < 3; ++i) long_name += "." + std::string(63, 'a');
    CHECK(failure_of([&] { ascii_host(long_name); }).kind == "net.unknown_host");
}

TEST_CASE("A bad name is shown escaped")
{
    const auto failure = failure_of([] { ascii_host("a\x1b[2J"); });
    CHECK(failure.says("\\x1b"));
    CHECK(failure.status == popfetch::base::ExitStatus::no_host);
}

TEST_CASE("An internationalised name becomes its A-label")
{
    const auto failure = failure_of([] { ascii_host("pöp.example"); });
    if (failure.says("libidn2")) {
        WARN("skipped: libidn2 is not installed");
        return;
    }
    CHECK(ascii_host("pöp.example") == "xn--pp-fka.example");
    CHECK(ascii_host("PÖP.Example") == "xn--pp-fka.example");
    CHECK(ascii_host("po\xcc\x88p.example") == "xn--pp-fka.example"); // o and a combining diaeresis
    CHECK(ascii_host("大阪。example") == "xn--pssu33l.example");      // an ideographic full stop
    CHECK(failure_of([] { ascii_host("\xff.example"); }).kind == "net.unknown_host");
    CHECK(failure_of([] { ascii_host("p\xc3\xb6\0p.example"s); }).kind == "net.unknown_host");
}

TEST_CASE("Address literals are told from names")
{
    for (const char* host : {"192.0.2.25", "::1", "2001:db8::25", "::ffff:192.0.2.1", "fe80::1%eth0"}) {
        INFO(host);
        CHECK(is_address_literal(host));
    }
    for (const char* host : {"", "localhost", "1.2.3", "1.2.3.4.5", "127.0.0.1%lo", "[::1]", "::g"}) {
        INFO(host);
        CHECK_FALSE(is_address_literal(host));
    }
}

TEST_CASE("Loopback is a name and two ranges of addresses")
{
    for (const char* host : {"localhost", "LOCALHOST", "localhost.", "127.0.0.1", "127.255.0.9", "::1"}) {
        INFO(host);
        CHECK(is_loopback(host));
    }
    for (const char* host : {"localhost.example.org", "128.0.0.1", "10.0.0.1", "::2", "", "127.1"}) {
        INFO(host);
        CHECK_FALSE(is_loopback(host));
    }
}
