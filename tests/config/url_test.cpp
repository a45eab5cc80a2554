#include "support/catch.hpp"

#include <popfetch/config/url.hpp>

namespace config = popfetch::config;
using config::parse_url;
using config::TlsMode;

namespace {

std::string complaint(std::string_view url)
{
    try {
        parse_url(url);
    } catch (const config::Invalid& error) {
        return error.kind() + ": " + error.what();
    }
    return {};
}

}

TEST_CASE("A URL names user and mechanism and host and port as RFC 2384 says")
{
    struct Row {
        std::string_view url, name, user, host, auth;
        std::uint16_t port;
        TlsMode mode;
    };
    const Row rows[] = {
        {"pop://rg@mailsrv.qualcomm.com", "rg@mailsrv.qualcomm.com", "rg", "mailsrv.qualcomm.com", "auto", 110,
         TlsMode::starttls},
        {"pop://rg;AUTH=+APOP@mail.eudora.com:8110", "rg@mail.eudora.com:8110", "rg", "mail.eudora.com", "APOP", 8110,
         TlsMode::starttls},
        {"pop://baz;AUTH=SCRAM-MD5@foo.bar", "", "", "", "", 0, TlsMode::none},
        {"pops://alice@pop.example.org", "alice@pop.example.org", "alice", "pop.example.org", "auto", 995,
         TlsMode::implicit},
        {"POPS://alice@POP.example.org:995/", "alice@pop.example.org", "alice", "POP.example.org", "auto", 995,
         TlsMode::implicit},
        {"pops://alice;auth=*@h", "alice@h", "alice", "h", "auto", 995, TlsMode::implicit},
        {"pops://alice;auth=scram-sha-256@h", "alice@h", "alice", "h", "SCRAM-SHA-256", 995, TlsMode::implicit},
        {"pops://alice;auth=USER@h", "alice@h", "alice", "h", "USER", 995, TlsMode::implicit},
        {"pops://alice%40example.org@h", "alice@example.org@h", "alice@example.org", "h", "auto", 995,
         TlsMode::implicit},
        {"pops://alice@example.org@h", "alice@example.org@h", "alice@example.org", "h", "auto", 995, TlsMode::implicit},
        {"pops://a%3ab%25@h", "a:b%@h", "a:b%", "h", "auto", 995, TlsMode::implicit},
        {"pops://alice@[2001:db8::1]", "alice@[2001:db8::1]", "alice", "2001:db8::1", "auto", 995, TlsMode::implicit},
        {"pop://alice@[::1]:1110", "alice@[::1]:1110", "alice", "::1", "auto", 1110, TlsMode::starttls},
        {"pops://alice@[fe80::1%25eth0]", "alice@[fe80::1%eth0]", "alice", "fe80::1%eth0", "auto", 995,
         TlsMode::implicit},
        {"pops://h", "h", "", "h", "auto", 995, TlsMode::implicit},
        {"pops://h:", "h", "", "h", "auto", 995, TlsMode::implicit},
    };
    for (const auto& row : rows) {
        INFO(row.url);
        if (row.port == 0) {
            CHECK_FALSE(complaint(row.url).empty());
            continue;
        }
        const auto account = parse_url(row.url);
        CHECK(account.name == row.name);
        CHECK(account.user == row.user);
        CHECK(account.dial.host == row.host);
        CHECK(account.dial.port == row.port);
        CHECK(account.tls_mode == row.mode);
        CHECK(account.auth == std::vector<std::string>{std::string{row.auth}});
        CHECK(std::holds_alternative<config::FromPrompt>(account.password));
        CHECK_FALSE(account.allow_plaintext_password);
        CHECK(account.deliver.empty());
    }
    CHECK(parse_url("pops://a@pop.example.org").tls.server_name == "pop.example.org");
    CHECK(parse_url("pops://a@[fe80::1%25eth0]").tls.server_name == "fe80::1");
}

TEST_CASE("Accounts at one host but another port have another name")
{
    CHECK(parse_url("pop://a@localhost:1110").name != parse_url("pop://a@localhost:1111").name);
    CHECK(parse_url("pop://a@localhost").name == parse_url("pops://a@localhost").name);
}

TEST_CASE("What is no POP URL is refused with a reason")
{
    struct Row {
        std::string_view url, told;
    };
    const Row rows[] = {
        {"http://h", "unknown scheme \"http\"; pop:// (STLS) and pops:// (TLS from the start) are known"},
        {"pop3://h", "unknown scheme \"pop3\"; did you mean pop://?"},
        {"pop3s://h", "unknown scheme \"pop3s\"; did you mean pops://?"},
        {"\x1b[2J://h", "unknown scheme \"\\x1b[2j\"; pop:// (STLS) and pops:// (TLS from the start) are known"},
        {"pops://", "there is no host"},
        {"pops://alice@", "there is no host"},
        {"pops://alice@:995", "there is no host"},
        {"pops://alice@[::1", "the bracket of the address is not closed"},
        {"pops://alice@[::1]995", "something stands between the host and the port"},
        {"pops://alice@[example.org]", "the host is not a name or an address"},
        {"pops://alice@a b", "the host is not a name or an address"},
        {"pops://alice@a%2Fb", "the host is not a name or an address"},
        {"pops://alice@a%00b", "the host is not a name or an address"},
        {"pops://alice@::1", "there is no host"},
        {"pops://alice@h:0", "the port is not a number from 1 to 65535"},
        {"pops://alice@h:65536", "the port is not a number from 1 to 65535"},
        {"pops://alice@h:+9", "the port is not a number from 1 to 65535"},
        {"pops://alice@h:99999999999999999999", "the port is not a number from 1 to 65535"},
        {"pops://alice;mode=x@h", "after the user only \";auth=MECHANISM\" may stand"},
        {"pops://alice;auth=NTLM@h", "there is no mechanism \"NTLM\"; popfetch.toml(5) lists them"},
        {"pops://alice;auth=+XYZ@h", "there is no mechanism \"+XYZ\"; popfetch.toml(5) lists them"},
        {"pops://alice;auth=@h", "there is no mechanism \"\"; popfetch.toml(5) lists them"},
        {"pops://alice@h/7", "nothing may stand after the host and the port; name messages in arguments of their own: "
                             "popfetch show URL 7"},
        {"pops://alice@h?x", "nothing may stand after the host and the port; name messages in arguments of their own: "
                             "popfetch show URL 7"},
        {"pops://al%ice@h", "a % in the user is not followed by two hex digits; write %25 for a % itself"},
        {"pops://alice%@h", "a % in the user is not followed by two hex digits; write %25 for a % itself"},
    };
    for (const auto& row : rows) CHECK(complaint(row.url) == "config.url: URL: " + std::string{row.told});
}

TEST_CASE("C02 a password in a URL is refused and not repeated")
{
    const std::string told = "config.url: URL: a password does not belong here: everybody could read it in the list of "
                             "processes; leave it out, and popfetch asks for it";
    CHECK(complaint("pops://alice:hunter2@h") == told);
    CHECK(complaint("pops://alice;auth=PLAIN:hunter2@h") == told);
    for (const auto* const url : {"pops://alice:hunter2", "pops://alice:hunter2@", "pop3://alice:hunter2@h",
                                  "pops://alice:hunter2@h:x", "pops://alice:hunter2@[h", "pops://alice:hunter2@h/1"}) {
        INFO(url);
        CHECK_FALSE(complaint(url).empty());
        CHECK(complaint(url).find("hunter2") == std::string::npos);
    }
}

TEST_CASE("A14 a line break or NUL in the user of a URL is refused")
{
    for (const auto* const bad : {"%0D", "%0A", "%00"})
        CHECK(complaint("pops://alice" + std::string{bad} + "DELE@h") ==
              "config.url: URL: the user has a line break or NUL inside; POP3 cannot carry that");
}

TEST_CASE("Whatever has a scheme looks like a URL and a name of an account does not")
{
    CHECK(config::looks_like_url("pops://h"));
    CHECK(config::looks_like_url("http://h"));
    CHECK_FALSE(config::looks_like_url("alice@example.org"));
    CHECK_FALSE(config::looks_like_url("work"));
}

TEST_CASE("Percent signs are followed by two hex digits")
{
    CHECK(config::percent_decoded("a%20b%C3%a4") == "a b\xc3\xa4");
    CHECK(config::percent_decoded("") == "");
    for (const auto* const bad : {"%", "%2", "a%", "%g0", "%0g", "%%20"}) CHECK_FALSE(config::percent_decoded(bad));
}
