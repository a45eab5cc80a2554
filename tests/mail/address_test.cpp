#include "mail/address.hpp"

#include "support/catch.hpp"

namespace {

/// "name|address" of each, with ", " between them.
std::string parsed(std::string_view field)
{
    std::string text;
    for (const auto& [name, address] : popfetch::mail::parse_addresses(field)) {
        text += (text.empty() ? "" : ", ") + name + "|" + address;
    }
    return text;
}

}

TEST_CASE("addresses come with their names or without")
{
    CHECK(parsed("alice@example.org") == "|alice@example.org");
    CHECK(parsed("Alice <alice@example.org>") == "Alice|alice@example.org");
    CHECK(parsed("\"Doe, John\" <john@example.org>") == "Doe, John|john@example.org");
    CHECK(parsed("alice@example.org (Alice)") == "Alice|alice@example.org");
    CHECK(parsed("A. B. Cee <x@y>") == "A. B. Cee|x@y");
    CHECK(parsed("<@a,@b:c@d>") == "|c@d");
    CHECK(parsed("root@[192.0.2.1]") == "|root@[192.0.2.1]");
}

TEST_CASE("names are decoded and commas inside them stay")
{
    CHECK(parsed("=?utf-8?Q?Doe=2C_John?= <j@d>, =?utf-8?B?5aSn6Ziq?= <o@e>") == "Doe, John|j@d, 大阪|o@e");
    CHECK(parsed("\"=?utf-8?Q?caf=C3=A9?=\" <x@y>") == "café|x@y");
    CHECK(parsed("\"a \\\" b, c\" <x@y>, z@y") == "a \" b, c|x@y, |z@y");
    CHECK(parsed("(a, b) x@y, z@y") == "|x@y, |z@y");
}

TEST_CASE("members of groups stand for themselves and an empty group is its name")
{
    CHECK(parsed("Friends: a@b, C <c@d>; e@f") == "|a@b, C|c@d, |e@f");
    CHECK(parsed("undisclosed-recipients:;") == "undisclosed-recipients|");
    CHECK(parsed("undisclosed-recipients:") == "undisclosed-recipients|");
    CHECK(parsed("a: ; b: x@y; c:;") == "a|, |x@y, c|");
}

TEST_CASE("what is no address is a name without one")
{
    CHECK(parsed("Foo Bar") == "Foo Bar|");
    CHECK(parsed("alice at example dot org") == "alice at example dot org|");
    CHECK(parsed("=?utf-8?B?5aSn6Ziq?=") == "大阪|");
    CHECK(parsed("root") == "|root");
    CHECK(parsed("").empty());
    CHECK(parsed(" , ,, ").empty());
}

TEST_CASE("broken addresses are read as far as they can be")
{
    CHECK(parsed("Foo <a@b") == "Foo|a@b");
    CHECK(parsed(",,,a@b,,") == "|a@b");
    CHECK(parsed("a@b; c@d") == "|a@b, |c@d");
    CHECK_NOTHROW(parsed("\"never closed, a@b"));
    CHECK_NOTHROW(parsed("(((("));
    CHECK_NOTHROW(parsed("\\"));
}

TEST_CASE("a list of many is cut at a thousand")
{
    std::string field;
    for (int i = 0; i < 3'000; ++i) field += "a@b,";
    CHECK(popfetch::mail::parse_addresses(field).size() == 1'000);
}
