#include "support/catch.hpp"

#include "config/sections.hpp"
#include "reading.hpp"

using popfetch::tests::complaint;
using popfetch::tests::parsed;
namespace config = popfetch::config;

TEST_CASE("Accounts come in the order of the file with the defaults under them")
{
    const auto configuration = parsed(R"(
[account.work]
host = "pop.example.org"
user = "alice@example.org"
password_command = ["pass", "show", "mail/work"]
delete = "14d"

[defaults]
deliver = "maildir:/home/alice/Mail"
timeout = "1m"

[account.isp]
host = "pop.isp.example"
tls = "starttls"
user = "alice"
timeout = "5m"
)");
    CHECK(configuration.file == popfetch::tests::config_file);
    REQUIRE(configuration.accounts.size() == 2);
    const auto& work = configuration.accounts[0];
    const auto& isp = configuration.accounts[1];
    CHECK(work.name == "work");
    CHECK(isp.name == "isp");
    CHECK(work.dial.port == 995);
    CHECK(isp.dial.port == 110);
    CHECK(work.tls.server_name == "pop.example.org");
    CHECK(work.deliver.at(0).path == "/home/alice/Mail");
    CHECK(isp.deliver.at(0).path == "/home/alice/Mail");
    CHECK(work.timeouts.idle == std::chrono::minutes{1});
    CHECK(isp.timeouts.idle == std::chrono::minutes{5});
    CHECK(std::holds_alternative<config::FromCommand>(work.password));
    CHECK(std::holds_alternative<config::FromPrompt>(isp.password));
    CHECK(work.auth == std::vector<std::string>{"auto"});
    CHECK(work.enabled);
    CHECK(configuration.warnings.empty());
}

TEST_CASE("An account is found by its name and by nothing else")
{
    const auto configuration = parsed(popfetch::tests::with_account(""));
    REQUIRE(configuration.find("work") != nullptr);
    CHECK(configuration.find("work")->user == "alice");
    CHECK(configuration.find("Work") == nullptr);
    CHECK(configuration.find("") == nullptr);
}

TEST_CASE("An empty file has no accounts and is no mistake")
{
    CHECK(parsed("").accounts.empty());
    CHECK(parsed("# nothing yet\n[defaults]\n").accounts.empty());
}

TEST_CASE("A source of the password in an account takes the place of the one in the defaults")
{
    const auto configuration = parsed(R"(
[defaults]
netrc = true
[account.a]
host = "h"
user = "u"
password_env = "A"
[account.b]
host = "h"
user = "u"
[account.c]
host = "h"
user = "u"
netrc = false
)");
    CHECK(std::holds_alternative<config::FromEnvironment>(configuration.accounts[0].password));
    CHECK(std::holds_alternative<config::FromNetrc>(configuration.accounts[1].password));
    CHECK(std::holds_alternative<config::FromPrompt>(configuration.accounts[2].password));
}

TEST_CASE("C06 an unknown key is an error with file and line and what was meant")
{
    const auto told = [](const std::string& line) { return popfetch::tests::complaint_about(line); };
    const std::string place = "config.unknown_key: popfetch.toml:4: unknown key ";
    const std::string verification = "there is none: verification is always on; see tls_ca_file, tls_pin";
    CHECK(told("tls_verfy = false") ==
          place + "\"tls_verfy\" in account \"work\"; did you mean \"tls_verify\"? (" + verification + ')');
    CHECK(told("tls_verify = false") == place + "\"tls_verify\" in account \"work\"; " + verification);
    CHECK(told("insecure = true") == place + "\"insecure\" in account \"work\"; " + verification);
    CHECK(told("max_sise = 1") == place + "\"max_sise\" in account \"work\"; did you mean \"max_size\"?");
    CHECK(told("username = \"x\"") == place + "\"username\" in account \"work\"; it is called user");
    CHECK(told("ssl = true") == place + "\"ssl\" in account \"work\"; it is called tls");
    CHECK(told("xyzzy = 1") == place + "\"xyzzy\" in account \"work\"");
    CHECK(told("\"\\u001b[2J\" = 1") == place + "\"\\x1b[2J\" in account \"work\"");
}

TEST_CASE("C06 keys and tables outside of accounts are errors too")
{
    CHECK(complaint("\n[defaults]\ndelte = \"14d\"\n") ==
          "config.unknown_key: popfetch.toml:3: unknown key \"delte\" in [defaults]; did you mean \"delete\"?");
    CHECK(complaint("[acount.work]\nhost = \"h\"\n") ==
          "config.unknown_key: popfetch.toml:1: unknown table \"acount\"; did you mean \"account\"?");
    CHECK(complaint("[server]\nhost = \"h\"\n") ==
          "config.unknown_key: popfetch.toml:1: unknown table \"server\"; there are [defaults] and [account.NAME]");
    CHECK(complaint("host = \"h\"\n") == "config.unknown_key: popfetch.toml:1: \"host\" stands outside of any account; "
                                         "write [account.NAME] or [defaults] above it");
    CHECK(complaint("verbose = true\n") ==
          "config.unknown_key: popfetch.toml:1: unknown key \"verbose\"; there are [defaults] and [account.NAME]");
    CHECK(complaint("[account]\nhost = \"h\"\n") ==
          "config.unknown_key: popfetch.toml:2: the account of \"host\" has no name; write [account.NAME] above it");
    CHECK(complaint("[[account]]\nhost = \"h\"\n") ==
          "config.value: popfetch.toml:1: \"account\" is no table; write [account.NAME] for each account");
    CHECK(complaint("[account]\nwork = 1\n") ==
          "config.value: popfetch.toml:2: \"work\" is no table; write [account.NAME] and its keys below it");
    CHECK(complaint("defaults = 1\n") ==
          "config.value: popfetch.toml:1: \"defaults\" is no table; write [defaults] and keys below it");
}

TEST_CASE("C06 a section that comes twice is an error with its line")
{
    const std::string account = "[account.work]\nhost = \"h\"\nuser = \"u\"\n";
    CHECK(complaint(account + account) ==
          "config.syntax: popfetch.toml:4: cannot redefine existing table 'account.work'");
    CHECK(complaint(account + "user = \"v\"\n") ==
          "config.syntax: popfetch.toml:4: cannot redefine existing string 'user'");
}

TEST_CASE("Names of accounts are letters and digits and a few marks")
{
    const auto told = [](const std::string& name) {
        return complaint("[account.\"" + name + "\"]\nhost = \"h\"\nuser = \"u\"\n");
    };
    for (const auto* const name : {"work", "alice@example.org", "a+b", "A.1_x-y", "_x", "7"}) CHECK(told(name).empty());
    for (const auto* const name : {"", "a/b", "..", ".x", "-x", "a b", "ä", "@x", "a\\nb"}) {
        INFO(name);
        CHECK(told(name).find(
                  "is no name for an account; expected a name of at most 128 letters, digits and . _ - @ +") !=
              std::string::npos);
    }
    CHECK(told(std::string(128, 'a')).empty());
    CHECK_FALSE(told(std::string(129, 'a')).empty());
}

TEST_CASE("S11 the ledger of an account is named by its state_id or its name and no two share one")
{
    const auto two = [](const std::string& first, const std::string& second) {
        return complaint("[account.a]\nhost = \"h\"\nuser = \"u\"\n" + first +
                         "\n[account.b]\nhost = \"h\"\nuser = \"u\"\n" + second + "\n");
    };
    CHECK(two("", "").empty());
    CHECK(two("state_id = \"x\"", "state_id = \"y\"").empty());
    CHECK(two("state_id = \"b\"", "state_id = \"a\"").empty());
    const std::string shared = "account \"b\" would use the ledger of account \"a\"; give it another \"state_id\"";
    CHECK(two("state_id = \"b\"", "") == "config.contradiction: popfetch.toml:5: " + shared);
    CHECK(two("state_id = \"x\"", "state_id = \"x\"") == "config.contradiction: popfetch.toml:5: " + shared);
    CHECK(
        complaint("[defaults]\nstate_id = \"x\"\n") ==
        "config.contradiction: popfetch.toml:2: \"state_id\" cannot stand in [defaults]; every account needs its own");
}

TEST_CASE("A mistake is an error of the configuration for the shell")
{
    try {
        parsed("x = 1\n");
        FAIL("accepted");
    } catch (const popfetch::base::Error& error) {
        CHECK(error.status() == popfetch::base::ExitStatus::config);
    }
}

TEST_CASE("W07 a mistake in one account leaves the others, and all mistakes are kept")
{
    const auto read = popfetch::config::parse_text(R"([defaults]
host = "h"
[account.first]
user = "u"
[account.second]
port = 700000
delte = "14d"
user = "u"
[account.third]
enabled = false
tls = "sometimes"
[account.fourth]
password = "x"
[account."not a name"]
user = "u"
[account.last]
user = "u"
)",
                                                   popfetch::tests::config_file);
    const auto& configuration = read.configuration;
    std::vector<std::string> names, told;
    for (const auto& account : configuration.accounts) names.push_back(account.name);
    CHECK(names == std::vector<std::string>{"first", "last"});
    for (const auto& mistake : configuration.mistakes)
        told.push_back(mistake.account + (mistake.enabled ? ": " : " (off): ") + mistake.error.what());
    CHECK(told ==
          std::vector<std::string>{
              "second: popfetch.toml:6: \"port\" in account \"second\" is 700000; expected a number from 1 to 65535",
              "second: popfetch.toml:7: unknown key \"delte\" in account \"second\"; did you mean \"delete\"?",
              "third (off): popfetch.toml:11: \"tls\" in account \"third\" is \"sometimes\"; expected \"implicit\", "
              "\"starttls\" or \"none\"",
              "fourth: popfetch.toml:12: account \"fourth\" has no \"user\"",
              "not a name: popfetch.toml:14: \"not a name\" is no name for an account; expected a name of at most 128 "
              "letters, digits and . _ - @ +, which begins with a letter, a digit or _"});
    CHECK(read.secret_line == 13); // an account with a mistake has its password in the file all the same
}

TEST_CASE("W07 a mistake in the defaults is every account's, and one beside the accounts is everybody's")
{
    const auto mistakes = [](std::string_view text) {
        std::vector<std::string> accounts;
        for (const auto& mistake :
             popfetch::config::parse_text(text, popfetch::tests::config_file).configuration.mistakes)
            accounts.push_back(mistake.account);
        return accounts;
    };
    const std::string two = "[account.a]\nuser = \"u\"\n[account.b]\nuser = \"u\"\n";
    CHECK(mistakes("[defaults]\nhost = 1\n" + two) == std::vector<std::string>{"a", "b"});
    CHECK(mistakes("[defaults]\nhost = \"h\"\n" + two + "[acount.c]\n[else]\n") == std::vector<std::string>{"", ""});
    CHECK(mistakes("[defaults]\nhost = 1\n") == std::vector<std::string>{""});
    CHECK(mistakes("[defaults]\nhost = \"h\"\n[account]\nport = 1\nuser = \"u\"\n") ==
          std::vector<std::string>{"", ""});
}
