#include "support/catch.hpp"

#include "config/document.hpp"
#include "reading.hpp"

using popfetch::config::Document;
using popfetch::config::Value;
using popfetch::tests::complaint;

TEST_CASE("Members keep the order and the lines of the text")
{
    const Document document{"z = 1\n\n[b]\ny = true\n# c\nx = [\"1\",\n \"2\"]\n[a]\n", "f"};
    const auto& members = document.members();
    REQUIRE(members.size() == 3);
    CHECK(members[0].key == "z");
    CHECK(members[1].key == "b");
    CHECK(members[2].key == "a");
    CHECK(members[1].line == 3);
    const auto& b = std::get<Value::Table>(members[1].value.is);
    CHECK(b.at(0).key == "y");
    CHECK(b.at(0).line == 4);
    CHECK(b.at(1).value.line == 6);
    const auto& list = std::get<Value::List>(b.at(1).value.is);
    CHECK(std::get<std::string>(list.at(1).is) == "2");
    CHECK(list.at(1).line == 7);
}

TEST_CASE("What is no TOML is told with its line")
{
    CHECK(complaint("[account.work]\nhost = pop.example.org\n") ==
          "config.syntax: popfetch.toml:2: this is no TOML value; text stands in quotes");
    CHECK(complaint("[account.work]\nhost: \"x\"\n") == "config.syntax: popfetch.toml:2: expected '=', saw ':'");
    CHECK(complaint("[account.work\n").find("config.syntax: popfetch.toml:1: ") == 0);
    CHECK(complaint("x = \"\xff\"\n").find("config.syntax: popfetch.toml:1: ") == 0);
    CHECK(complaint("x = \"abc\n").find("config.syntax: popfetch.toml:") == 0);
}

TEST_CASE("C11 no message of any mistake holds the password that stands in the text")
{
    const std::string secret = "hunter2hunter2";
    for (const auto* const line :
         {"password = hunter2hunter2", "password = \"hunter2hunter2", "password = 'hunter2hunter2' x",
          "password = [\"hunter2hunter2\"]", "password = { x = \"hunter2hunter2\" }",
          "password = \"hunter2hunter2\\n\"", "passwort = \"hunter2hunter2\"", "password_command = \"hunter2hunter2\"",
          "password_command = [\"echo\", \"hunter2hunter2\", 1]", "token_command = \"hunter2hunter2\"",
          "password = \"hunter2hunter2\"\nnetrc = true", "password = \"hunter2hunter2\"\npassword = \"x\"",
          "proxy = \"socks5://u:hunter2hunter2@h:99999\"", "proxy = \"socks5://u:hunter2hunter2\"",
          "proxy = \"ftp://u:hunter2hunter2@h\"", "proxy = \"socks5://u:hunter2hunter2%@h\"",
          "password = \"hunter2hunter2\\q\"", "password = true hunter2hunter2"}) {
        const auto told = popfetch::tests::complaint_about(line);
        INFO(told);
        CHECK_FALSE(told.empty());
        CHECK(told.find(secret) == std::string::npos);
        CHECK(told.find("hunter2") == std::string::npos);
    }
    for (const auto* const number :
         {"99999999999999999999", "0x99999999999999999999", "1e99999", "123_", "0o777777777777777777777777"}) {
        const auto told = popfetch::tests::complaint_about("password = " + std::string{number});
        CHECK_FALSE(told.empty());
        CHECK(told.find("99999") == std::string::npos);
        CHECK(told.find("77777") == std::string::npos);
    }
}

TEST_CASE("Texts that nest without end do not exhaust the stack")
{
    CHECK_FALSE(complaint("x = " + std::string(100'000, '[')).empty());
    CHECK_FALSE(complaint("x = " + std::string(100'000, '[') + std::string(100'000, ']')).empty());
}
