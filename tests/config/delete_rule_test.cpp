#include "support/catch.hpp"

#include "reading.hpp"

using popfetch::tests::account_of;
using popfetch::tests::complaint_about;
namespace config = popfetch::config;
namespace fetch = popfetch::fetch;

TEST_CASE("A rule says never or when fetched or after a time")
{
    const auto rule = [](const std::string& value) { return account_of("delete = " + value).policy.remove; };
    CHECK(std::holds_alternative<fetch::Never>(account_of("").policy.remove));
    CHECK(std::holds_alternative<fetch::Never>(rule("\"never\"")));
    CHECK(std::holds_alternative<fetch::Fetched>(rule("\"fetched\"")));
    CHECK(std::get<fetch::Age>(rule("\"12h\"")).age == std::chrono::hours{12});
    CHECK(std::get<fetch::KeepNewest>(rule("{ keep_newest = 1000 }")).messages == 1000);
    CHECK(std::get<fetch::KeepBytes>(rule("{ keep_bytes = \"1G\" }")).octets == 1024U * 1024 * 1024);
}

TEST_CASE("An account says never where the defaults say otherwise")
{
    const auto configuration = popfetch::tests::parsed(
        "[defaults]\ndelete = \"1d\"\n[account.a]\nhost = \"h\"\nuser = \"u\"\ndelete = \"never\"\n");
    CHECK(std::holds_alternative<fetch::Never>(configuration.accounts.at(0).policy.remove));
}

TEST_CASE("A rule that cannot be understood is told with what could be")
{
    const std::string place = "popfetch.toml:4: \"delete\" in account \"work\"";
    const std::string expected =
        "expected \"never\", \"fetched\", an age such as \"14d\", { keep_newest = 1000 } or { keep_bytes = \"500M\" }";
    for (const auto* const text : {"always", "14", "0", "0d", "-1d"})
        CHECK(complaint_about("delete = \"" + std::string{text} + '"') ==
              "config.value: " + place + " is \"" + text + "\"; " + expected);
    CHECK(complaint_about("delete = true") == "config.value: " + place + " is true; " + expected);
    CHECK(complaint_about("delete = 14") == "config.value: " + place + " is 14; " + expected);
    const std::string one = " needs either \"keep_newest\" or \"keep_bytes\"";
    CHECK(complaint_about("delete = {}") == "config.missing: " + place + one);
    CHECK(complaint_about("delete = { keep_newest = 1, keep_bytes = 1 }") == "config.missing: " + place + one);
    CHECK(complaint_about("delete = { keep_newest = 0 }") ==
          "config.value: popfetch.toml:4: \"delete.keep_newest\" in account \"work\" is 0; expected a number from 1 to "
          "4294967295");
    CHECK(complaint_about("delete = { keep = 1 }") ==
          "config.unknown_key: popfetch.toml:4: unknown key \"keep\" in \"delete\" of account \"work\"");
}

TEST_CASE("A rule is read from the command line and written for people")
{
    for (const auto* const text : {"never", "fetched", "14d", "12h"})
        CHECK(config::to_text(config::parse_delete_rule(text)) == text);
    CHECK(config::to_text(fetch::KeepNewest{100}) == "keep_newest 100");
    CHECK(config::to_text(fetch::KeepBytes{1024}) == "keep_bytes 1.0K");
    try {
        config::parse_delete_rule("14 \x1b");
        FAIL("accepted");
    } catch (const config::Invalid& error) {
        CHECK(error.kind() == "config.value");
        CHECK(std::string{error.what()} ==
              "when to delete is \"14 \\x1b\"; expected \"never\", \"fetched\" or an age such as \"14d\"");
    }
}
