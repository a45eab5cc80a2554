// ~ and %{account}, wherever a text or a path may stand (FAULTS L15).

#include "support/catch.hpp"

#include "reading.hpp"

using popfetch::tests::account_of;
using popfetch::tests::complaint;
using popfetch::tests::complaint_about;
using popfetch::tests::parsed;
namespace config = popfetch::config;

namespace {

const popfetch::base::Path home = config::resolve("~", {});

template<class Source>
Source password_of(const config::Account& account)
{
    return std::get<Source>(account.password);
}

}

TEST_CASE("L15 %{account} in [defaults] is each account's own name, in every kind of key")
{
    const auto configuration = parsed(R"([defaults]
host = "%{account}.example.org"
deliver = ["maildir:~/Mail/%{account}", "files:archive-%{account}/%{account}",
           { type = "lmtp", socket = "/run/%{account}", recipient = "%{account}@example.org" },
           { type = "pipe", command = ["~/bin/%{account}", "-a", "%{account}", "%{uid}"] }]
tls_ca_file = "%{account}.pem"
password_file = "~/secrets/%{account}"
[account.work]
user = "%{account}@example.org"
[account.home]
user = "h"
password_command = ["pass", "mail/%{account}", "%{http_code}"]
[account.env]
user = "e"
password_env = "POP_%{account}"
[account.unit]
user = "u"
password_credential = "pop.%{account}"
)");
    const auto& work = configuration.accounts.at(0);
    CHECK(work.dial.host == "work.example.org");
    CHECK(work.user == "work@example.org");
    CHECK(work.tls.ca_file == "/home/alice/.config/popfetch/work.pem");
    CHECK(work.deliver.at(0).path == home / "Mail/work");
    CHECK(work.deliver.at(1).path == "/home/alice/.config/popfetch/archive-work/work");
    CHECK(work.deliver.at(2).path == "/run/work");
    CHECK(work.deliver.at(2).recipient == "work@example.org");
    CHECK(work.deliver.at(3).argv == std::vector<std::string>{home / "bin/work", "-a", "%{account}", "%{uid}"});
    CHECK(password_of<config::FromFile>(work).path == home / "secrets/work");

    const auto& other = configuration.accounts.at(1);
    CHECK(other.dial.host == "home.example.org");
    CHECK(other.deliver.at(0).path == home / "Mail/home");
    CHECK(password_of<config::FromCommand>(other).argv ==
          std::vector<std::string>{"pass", "mail/home", "%{http_code}"});
    CHECK(password_of<config::FromEnvironment>(configuration.accounts.at(2)).name == "POP_env");
    CHECK(password_of<config::FromCredential>(configuration.accounts.at(3)).name == "pop.unit");
}

TEST_CASE("L15 a placeholder that means nothing where it stands is refused, with its place")
{
    CHECK(complaint_about("deliver = \"maildir:/m/%{uid}\"") ==
          "config.value: popfetch.toml:4: \"deliver\" in account \"work\": \"%{uid}\" means nothing here; only "
          "%{account} is "
          "replaced; the others are for the command of a pipe");
    CHECK(complaint_about("password_file = \"%{user\"").find("\"%{user\" means nothing here") != std::string::npos);
    CHECK(complaint_about("deliver = \"maildir:/m/%{account}/%{Account}\"").find("\"%{Account}\" means") !=
          std::string::npos);
    CHECK(complaint("[defaults]\ndeliver = \"maildir:/m/%{size}\"\n")
              .find("popfetch.toml:2: \"deliver\" in [defaults]") != std::string::npos);
}

TEST_CASE("L15 a password is taken as it is written")
{
    CHECK(password_of<config::FromText>(account_of("password = \"~/%{account}%{uid}\"")).text.reveal() ==
          "~/%{account}%{uid}");
}

TEST_CASE("L15 a path that would make a folder called ~ or $HOME is refused")
{
    const auto of = [](const std::string& path) { return complaint_about("deliver = \"maildir:" + path + '"'); };
    CHECK(of("//~/Mail").find("has a ~ inside") != std::string::npos);
    CHECK(of("/home/~").find("has a ~ inside") != std::string::npos);
    CHECK(of(" ~/Mail").find("begins with a blank") != std::string::npos);
    CHECK(of("$HOME/Mail").find("write ~ for the home folder") != std::string::npos);
    CHECK(of("${HOME}/Mail").find("write ~ for the home folder") != std::string::npos);
    CHECK(of("~nobody-of-that-name/Mail").find("there is no user") != std::string::npos);
    CHECK(of("/m/~backup/a~/$x").empty());
    CHECK(complaint_about("password_file = \"$HOME/pw\"").find("write ~") != std::string::npos);
}

TEST_CASE("L15 what --to says has ~ and the account's name, made safe where a URL gave it")
{
    const auto path = [](const char* text, const char* account) { return config::parse_deliver(text, account).path; };
    CHECK(path("maildir:~/Mail", "work") == home / "Mail");
    CHECK(path("mbox:Mail/%{account}", "work") == "Mail/work");
    CHECK(path("maildir:~/%{account}", "../../etc@host") == home / "%2E.%2F..%2Fetc@host");
    CHECK_THROWS_AS(config::parse_deliver("maildir:%{uid}", "work"), config::Invalid);
    CHECK_THROWS_AS(config::parse_deliver("maildir:~nobody-of-that-name/x", "work"), config::Invalid);
}
