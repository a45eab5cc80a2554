#include <popfetch/pop3/capabilities.hpp>

#include <algorithm>
#include <initializer_list>

#include "support/catch.hpp"

namespace pop3 = popfetch::pop3;
using pop3::Capabilities;

namespace {

Capabilities of(std::initializer_list<const char*> lines)
{
    Capabilities capabilities;
    for (const auto* line : lines) capabilities.add_line(line);
    return capabilities;
}

}

TEST_CASE("The example of RFC 2449 is understood")
{
    const auto c = of({"TOP", "SASL CRAM-MD5 KERBEROS_V4", "UIDL", "EXPIRE 60", "LOGIN-DELAY 900", "RESP-CODES",
                       "PIPELINING", "USER", "STLS", "IMPLEMENTATION Shlemazle-Plotz-v302"});
    CHECK(c.announced);
    CHECK((c.top && c.uidl && c.user && c.stls && c.pipelining && c.resp_codes));
    CHECK_FALSE((c.auth_resp_code || c.utf8 || c.utf8_user || c.expire_never));
    CHECK(c.sasl == std::vector<std::string>{"CRAM-MD5", "KERBEROS_V4"});
    CHECK(c.expire == 60u);
    CHECK(c.login_delay == 900u);
    CHECK(c.implementation == "Shlemazle-Plotz-v302");
    CHECK(c.lines.size() == 10);
}

TEST_CASE("P30 capabilities are understood in any case and with blanks at the end")
{
    const auto c = of({"top ", "Uidl", "sasl plain scram-sha-256\t", "pipelining", "auth-resp-code"});
    CHECK((c.top && c.uidl && c.pipelining && c.auth_resp_code));
    CHECK(c.sasl == std::vector<std::string>{"PLAIN", "SCRAM-SHA-256"});
}

TEST_CASE("A longer word is another capability")
{
    const auto c = of({"TOPS", "UIDL-X", "XPIPELINING", "STLSX"});
    CHECK_FALSE((c.top || c.uidl || c.pipelining || c.stls));
    CHECK(c.lines.size() == 4);
}

TEST_CASE("EXPIRE may be a number of days or NEVER and the word USER may follow")
{
    CHECK(of({"EXPIRE 0"}).expire == 0u);
    CHECK(of({"EXPIRE 5 USER"}).expire == 5u);
    CHECK(of({"EXPIRE NEVER"}).expire_never);
    CHECK_FALSE(of({"EXPIRE NEVER"}).expire);
    CHECK_FALSE(of({"EXPIRE soon"}).expire);
    CHECK_FALSE(of({"EXPIRE -1"}).expire);
}

TEST_CASE("LOGIN-DELAY is the smallest that is named")
{
    CHECK(of({"LOGIN-DELAY 300 USER"}).login_delay == 300u);
    CHECK(of({"LOGIN-DELAY 900", "LOGIN-DELAY 60 USER"}).login_delay == 60u);
    CHECK_FALSE(of({"LOGIN-DELAY 99999999999999"}).login_delay);
    CHECK_FALSE(of({"LOGIN-DELAY"}).login_delay);
}

TEST_CASE("UTF8 USER is more than UTF8")
{
    CHECK(of({"UTF8"}).utf8);
    CHECK_FALSE(of({"UTF8"}).utf8_user);
    CHECK(of({"utf8 user"}).utf8_user);
}

TEST_CASE("A remembered server is the same server")
{
    const auto c = of({"TOP", "SASL PLAIN", "EXPIRE 0", "IMPLEMENTATION \xff\x1b[2J", "utf8 user", ""});
    CHECK(Capabilities::from_text(c.to_text()) == c);

    Capabilities nothing;
    CHECK(nothing.to_text().empty());
    CHECK(Capabilities::from_text("") == nothing);

    nothing.announced = true; // CAPA is known, and empty
    CHECK(Capabilities::from_text(nothing.to_text()) == nothing);
}

TEST_CASE("What is no remembered server is forgotten")
{
    CHECK_FALSE(Capabilities::from_text("TOP\nUIDL\n").announced);
    const auto odd = of({"TOP\nSTLS", "UIDL"}); // a lone LF is part of a line in a CRLF session
    CHECK(Capabilities::from_text(odd.to_text()) == of({"UIDL"}));
}

TEST_CASE("Before and after login make one server")
{
    const auto before = of({"SASL PLAIN SCRAM-SHA-1", "STLS", "USER", "LOGIN-DELAY 60 USER", "EXPIRE 0 USER"});
    const auto after = of({"TOP", "UIDL", "PIPELINING", "USER", "SASL PLAIN", "LOGIN-DELAY 900", "EXPIRE 30"});
    const auto both = pop3::together(before, after);
    CHECK((both.stls && both.user && both.top && both.uidl && both.pipelining));
    CHECK(both.sasl == std::vector<std::string>{"PLAIN", "SCRAM-SHA-1"});
    CHECK(both.login_delay == 900u);
    CHECK(both.expire == 30u);
    CHECK(std::ranges::count(both.lines, "USER") == 1);

    CHECK_FALSE(pop3::together({}, {}).announced);
    CHECK(pop3::together(before, {}) == before);
}
