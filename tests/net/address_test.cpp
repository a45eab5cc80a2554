#include "support/catch.hpp"

#include "net/address.hpp"

using popfetch::net::Address;

TEST_CASE("A literal becomes an address and back")
{
    for (const char* text : {"192.0.2.25", "2001:db8::25", "::1"}) {
        const auto address = Address::from_literal(text, 995);
        REQUIRE(address);
        CHECK(address->text() == text);
        CHECK(address->port() == 995);
        CHECK(address->at_port(110).port() == 110);
        CHECK(address->at_port(110).text() == text);
    }
    CHECK_FALSE(Address::from_literal("pop.example.org", 995));
    CHECK_FALSE(Address::from_literal("", 995));
}

TEST_CASE("Addresses are equal when address and port are")
{
    CHECK(Address::from_literal("::1", 1) == Address::from_literal("0:0::1", 1));
    CHECK_FALSE(Address::from_literal("::1", 1) == Address::from_literal("::1", 2));
    CHECK_FALSE(Address::from_literal("::1", 1) == Address::from_literal("127.0.0.1", 1));
}

TEST_CASE("Loopback addresses are known in every guise")
{
    for (const char* text : {"127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"}) {
        CHECK(Address::from_literal(text, 1)->is_loopback());
    }
    for (const char* text : {"126.0.0.1", "128.0.0.1", "::2", "::ffff:10.0.0.1", "fe80::1"}) {
        CHECK_FALSE(Address::from_literal(text, 1)->is_loopback());
    }
    CHECK(Address::of_unix_socket("/run/pop")->is_loopback());
}

TEST_CASE("A path that does not fit into a socket address is none")
{
    CHECK(Address::of_unix_socket("/run/pop")->text() == "/run/pop");
    CHECK_FALSE(Address::of_unix_socket("/" + std::string(108, 'x')));
}
