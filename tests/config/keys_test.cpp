#include "support/catch.hpp"

#include <cstdlib>
#include <functional>
#include <set>

#include "reading.hpp"

using namespace std::chrono_literals;
using popfetch::config::Account;
using popfetch::tests::account_of;
using popfetch::tests::complaint_about;
namespace config = popfetch::config;
namespace net = popfetch::net;
namespace fetch = popfetch::fetch;
namespace delivery = popfetch::delivery;

namespace {

constexpr auto pin = "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

template<class Source>
const Source& password_of(const Account& account)
{
    return std::get<Source>(account.password);
}

// Each key with a value that is not its default, and what must come of it.
struct Example {
    std::string key, line;
    std::function<bool(const Account&)> shows;
};

const std::vector<Example>& examples()
{
    static const std::vector<Example> all = {
        {"host", "host = \"pop.example.net\"", [](const Account& a) { return a.dial.host == "pop.example.net"; }},
        {"port", "port = 1995", [](const Account& a) { return a.dial.port == 1995; }},
        {"user", "user = \"bob@example.org\"", [](const Account& a) { return a.user == "bob@example.org"; }},
        {"tls", "tls = \"starttls\"", [](const Account& a) { return a.tls_mode == config::TlsMode::starttls; }},
        {"tls_ca_file", "tls_ca_file = \"/etc/ca.pem\"",
         [](const Account& a) { return a.tls.ca_file == "/etc/ca.pem"; }},
        {"tls_crl_file", "tls_crl_file = \"crl.pem\"",
         [](const Account& a) { return a.tls.crl_file == "/home/alice/.config/popfetch/crl.pem"; }},
        {"tls_min_version", "tls_min_version = \"1.3\"",
         [](const Account& a) { return a.tls.min_version == net::TlsVersion::v1_3; }},
        {"tls_pin", std::string{"tls_pin = [\""} + pin + "\"]",
         [](const Account& a) { return a.tls.pins == std::vector<std::string>{pin}; }},
        {"tls_client_cert", "tls_client_cert = \"/etc/me.pem\"",
         [](const Account& a) {
             return a.tls.client_certificate == "/etc/me.pem" && a.tls.client_key == "/etc/me.pem";
         }},
        {"tls_client_key", "tls_client_cert = \"/etc/me.pem\"\ntls_client_key = \"/etc/me.key\"",
         [](const Account& a) { return a.tls.client_key == "/etc/me.key"; }},
        {"tls_server_name", "tls_server_name = \"mail.example.net\"",
         [](const Account& a) { return a.tls.server_name == "mail.example.net"; }},
        {"tls_alpn", "tls_alpn = false", [](const Account& a) { return !a.tls.alpn; }},
        {"auth", "auth = [\"scram-sha-256\", \"USER\"]",
         [](const Account& a) {
             return a.auth == std::vector<std::string>{"SCRAM-SHA-256", "USER"};
         }},
        {"password", "password = \" a'b\\\"c%$\"",
         [](const Account& a) { return password_of<config::FromText>(a).text.reveal() == " a'b\"c%$"; }},
        {"password_command", "password_command = [\"pass\", \"show\", \"mail/work\"]",
         [](const Account& a) {
             return password_of<config::FromCommand>(a).argv == std::vector<std::string>{"pass", "show", "mail/work"};
         }},
        {"password_file", "password_file = \"work.password\"",
         [](const Account& a) {
             return password_of<config::FromFile>(a).path == "/home/alice/.config/popfetch/work.password";
         }},
        {"password_env", "password_env = \"WORK_PASSWORD\"",
         [](const Account& a) { return password_of<config::FromEnvironment>(a).name == "WORK_PASSWORD"; }},
        {"password_credential", "password_credential = \"work\"",
         [](const Account& a) { return password_of<config::FromCredential>(a).name == "work"; }},
        {"netrc", "netrc = \"/home/alice/mail.netrc\"",
         [](const Account& a) { return password_of<config::FromNetrc>(a).path == "/home/alice/mail.netrc"; }},
        {"token_command", "token_command = [\"oauth2l\"]",
         [](const Account& a) { return a.token && a.token->argv == std::vector<std::string>{"oauth2l"}; }},
        {"allow_plaintext_password", "allow_plaintext_password = true",
         [](const Account& a) { return a.allow_plaintext_password; }},
        {"scram_min_iterations", "scram_min_iterations = 1000",
         [](const Account& a) { return a.scram_least_iterations == 1000; }},
        {"scram_max_iterations", "scram_max_iterations = 2000000",
         [](const Account& a) { return a.scram_most_iterations == 2'000'000; }},
        {"quirks", "quirks = [\"sasl_ok\"]", [](const Account& a) { return a.sasl_ok_quirk; }},
        {"proxy", "proxy = \"socks5://127.0.0.1:9050\"",
         [](const Account& a) { return std::get<net::Socks5>(a.dial.proxy).port == 9050; }},
        {"source_address", "source_address = \"192.0.2.1\"",
         [](const Account& a) { return a.dial.source_address == "192.0.2.1"; }},
        {"ip_version", "ip_version = \"6\"", [](const Account& a) { return a.dial.ip_version == net::IpVersion::v6; }},
        {"connect_timeout", "connect_timeout = \"7s\"", [](const Account& a) { return a.timeouts.connect == 7s; }},
        {"greeting_timeout", "greeting_timeout = \"90s\"", [](const Account& a) { return a.timeouts.greeting == 90s; }},
        {"timeout", "timeout = \"5m\"", [](const Account& a) { return a.timeouts.idle == 5min; }},
        {"total_timeout", "total_timeout = \"2h\"", [](const Account& a) { return a.timeouts.total == 2h; }},
        {"min_rate", "min_rate = 1024", [](const Account& a) { return a.timeouts.min_rate == 1024; }},
        {"min_rate_time", "min_rate_time = \"3m\"", [](const Account& a) { return a.timeouts.rate_window == 3min; }},
        {"max_connections_per_host", "max_connections_per_host = 2",
         [](const Account& a) { return a.connections_per_host == 2; }},
        {"deliver", "deliver = \"mbox:../mail\"",
         [](const Account& a) {
             return a.deliver.at(0).kind == delivery::Spec::Kind::mbox &&
                    a.deliver.at(0).path == "/home/alice/.config/popfetch/../mail";
         }},
        {"delete", "delete = \"14d\"",
         [](const Account& a) { return std::get<fetch::Age>(a.policy.remove).age == 24h * 14; }},
        {"order", "order = \"newest_first\"",
         [](const Account& a) { return a.policy.order == fetch::Order::newest_first; }},
        {"max_size", "max_size = \"50M\"", [](const Account& a) { return a.policy.max_size == 50U * 1024 * 1024; }},
        {"max_messages", "max_messages = 100", [](const Account& a) { return a.policy.max_messages == 100U; }},
        {"max_bytes", "max_bytes = 5000000", [](const Account& a) { return a.policy.max_bytes == 5000000U; }},
        {"state_id", "state_id = \"old-name\"", [](const Account& a) { return a.state_id == "old-name"; }},
        {"sandbox", "sandbox = false", [](const Account& a) { return !a.sandbox; }},
        {"enabled", "enabled = false", [](const Account& a) { return !a.enabled; }},
    };
    return all;
}

// An account of these lines alone; a host and a user are put before them where they are missing.
Account account_with(const Example& example)
{
    std::string text = "[account.work]\n";
    if (example.key != "host") text += "host = \"pop.example.org\"\n";
    if (example.key != "user") text += "user = \"alice\"\n";
    return popfetch::tests::parsed(text + example.line + '\n').accounts.at(0);
}

}

TEST_CASE("Every key does what it says and nothing without it")
{
    for (const auto& example : examples()) {
        INFO(example.line);
        CHECK(example.shows(account_with(example)));
        const bool needed = example.key == "host" || example.key == "user";
        if (!needed)
            CHECK_FALSE([&] {
                try {
                    return example.shows(account_of(""));
                } catch (const std::exception&) {
                    return false; // another alternative, or an empty list: not what the key gives
                }
            }());
    }
}

TEST_CASE("Every key of an account has an example here and every example a key")
{
    std::set<std::string_view> known;
    for (const auto& key : config::keys()) {
        if (key.table.empty()) CHECK(known.insert(key.name).second);
        CHECK_FALSE(key.values.empty());
        CHECK_FALSE(key.meaning.empty());
    }
    std::set<std::string_view> shown;
    for (const auto& example : examples()) shown.insert(example.key);
    CHECK(known == shown);
}

TEST_CASE("The keys of the tables are listed once each")
{
    std::set<std::string> names;
    for (const auto& key : config::keys())
        if (!key.table.empty()) CHECK(names.insert(std::string{key.table} + '.' + std::string{key.name}).second);
    CHECK(names == std::set<std::string>{"proxy.command", "deliver.type", "deliver.command", "deliver.run_as",
                                         "deliver.timeout", "deliver.strict", "deliver.on_uncertain", "deliver.socket",
                                         "deliver.host", "deliver.port", "deliver.recipient", "deliver.sender",
                                         "deliver.tls", "deliver.tls_ca_file", "delete.keep_newest",
                                         "delete.keep_bytes"});
}

TEST_CASE("L07 timeout bounds every wait that has no key of its own")
{
    const auto impatient = account_of("timeout = \"3s\"").timeouts;
    for (const auto wait : {impatient.connect, impatient.handshake, impatient.greeting, impatient.idle, impatient.farewell})
        CHECK(wait == 3s);
    CHECK(account_of("timeout = \"3s\"\ngreeting_timeout = \"90s\"").timeouts.greeting == 90s);
    CHECK(account_of("timeout = \"3s\"\nconnect_timeout = \"20s\"").timeouts.connect == 20s);
    const auto patient = account_of("timeout = \"1h\"").timeouts;
    CHECK(patient.handshake == net::Timeouts{}.handshake);
    CHECK(patient.connect == net::Timeouts{}.connect);
}

TEST_CASE("Other ways to write a value are understood")
{
    CHECK(account_of(std::string{"tls_pin = \""} + pin + '"').tls.pins.size() == 1);
    CHECK(account_of("auth = \"plain\"").auth == std::vector<std::string>{"PLAIN"});
    CHECK(account_of("auth = \"apop\"").auth == std::vector<std::string>{"APOP"});
    CHECK(account_of("auth = \"auto\"").auth == std::vector<std::string>{"auto"});
    CHECK(account_of("ip_version = \"4\"").dial.ip_version == net::IpVersion::v4);
    CHECK(account_of("order = \"smallest_first\"").policy.order == fetch::Order::smallest_first);
    CHECK(account_of("min_rate = 0").timeouts.min_rate == 0);
    CHECK(std::holds_alternative<config::FromPrompt>(account_of("netrc = false").password));
    CHECK(std::get<config::FromNetrc>(account_of("netrc = true").password).path == config::resolve("~/.netrc", {}));
}

TEST_CASE("A program given by a path is looked for beside the file and one given by name is not")
{
    const auto argv = [](const std::string& program) {
        const auto account = account_of("password_command = [\"" + program + "\", \"~/x\"]");
        return std::get<config::FromCommand>(account.password).argv;
    };
    CHECK(argv("pass") == std::vector<std::string>{"pass", "~/x"});
    CHECK(argv("bin/secret").front() == "/home/alice/.config/popfetch/bin/secret");
    CHECK(argv("/usr/bin/secret").front() == "/usr/bin/secret");
    CHECK(argv("~/secret").front() == (config::resolve("~", {}) / "secret").string());
}

TEST_CASE("A wrong value is told with file and line and key and what was expected")
{
    struct Row {
        std::string line, told;
    };
    const std::string place = "config.value: popfetch.toml:4: ";
    const Row rows[] = {
        {"port = \"995\"", "\"port\" in account \"work\" is \"995\"; expected a number from 1 to 65535"},
        {"port = 0", "\"port\" in account \"work\" is 0; expected a number from 1 to 65535"},
        {"port = 65536", "\"port\" in account \"work\" is 65536; expected a number from 1 to 65535"},
        {"port = -1", "\"port\" in account \"work\" is -1; expected a number from 1 to 65535"},
        {"tls = false", "\"tls\" in account \"work\" is false; expected \"implicit\", \"starttls\" or \"none\""},
        {"tls = \"ssl\"", "\"tls\" in account \"work\" is \"ssl\"; expected \"implicit\", \"starttls\" or \"none\""},
        {"tls_min_version = 1.2",
         "\"tls_min_version\" in account \"work\" is a number with a fraction; expected \"1.2\" or \"1.3\""},
        {"tls_min_version = \"1.1\"",
         "\"tls_min_version\" in account \"work\" is \"1.1\"; expected \"1.2\" or \"1.3\""},
        {"tls_pin = \"sha256//abc\"", "\"tls_pin\" in account \"work\" is \"sha256//abc\"; expected \"sha256//\" and "
                                      "the 44 characters of a SHA-256 in "
                                      "base64, or a list of these; popfetch info shows the right one"},
        {"tls_ca_file = true", "\"tls_ca_file\" in account \"work\" is true; expected a path"},
        {"tls_alpn = \"no\"", "\"tls_alpn\" in account \"work\" is \"no\"; expected true or false"},
        {"auth = \"SCRAM-SHA256\"",
         "\"auth\" in account \"work\": there is no mechanism \"SCRAM-SHA256\"; did you mean \"SCRAM-SHA-256\"?"},
        {"auth = \"NTLM\"",
         "\"auth\" in account \"work\": there is no mechanism \"NTLM\"; popfetch.toml(5) lists them"},
        {"auth = []",
         "\"auth\" in account \"work\" is a list; expected \"auto\", the name of a mechanism, or a list of names"},
        {"auth = 7",
         "\"auth\" in account \"work\" is 7; expected \"auto\", the name of a mechanism, or a list of names"},
        {"auth = [\"PLAIN\", \"auto\"]",
         "\"auth\" in account \"work\": there is no mechanism \"auto\"; popfetch.toml(5) lists them"},
        {"password_command = \"pass show work\"", "\"password_command\" in account \"work\" is text; expected a list "
                                                  "of texts, the program first (no shell reads "
                                                  "it): [\"pass\", \"show\", \"mail\"]"},
        {"password_command = []", "\"password_command\" in account \"work\" is a list; expected a list of texts, the "
                                  "program first (no shell reads "
                                  "it): [\"pass\", \"show\", \"mail\"]"},
        {"password_file = \"~nobody-of-that-name/x\"",
         "\"password_file\" in account \"work\": there is no user \"nobody-of-that-name\""},
        {"password_file = \"\"", "\"password_file\" in account \"work\" is empty; expected a path"},
        {"password_env = \"A=B\"",
         "\"password_env\" in account \"work\" is \"A=B\"; expected the name of an environment variable"},
        {"password_credential = \"../x\"", "\"password_credential\" in account \"work\" is \"../x\"; expected the name "
                                           "of a systemd credential, which has no "
                                           "slash"},
        {"netrc = 1", "\"netrc\" in account \"work\" is 1; expected true, false or the path of a netrc file"},
        {"source_address = \"eth0\"",
         "\"source_address\" in account \"work\" is \"eth0\"; expected an IP address of this machine"},
        {"ip_version = 4", "\"ip_version\" in account \"work\" is 4; expected \"any\", \"4\" or \"6\""},
        {"connect_timeout = 20",
         "\"connect_timeout\" in account \"work\" is 20; expected a duration such as \"30s\", with s, m, h, d or w"},
        {"timeout = \"0s\"",
         "\"timeout\" in account \"work\" is \"0s\"; expected a duration such as \"30s\", with s, m, h, d or w"},
        {"total_timeout = \"99999d\"", "\"total_timeout\" in account \"work\" is \"99999d\"; expected a duration such "
                                       "as \"30s\", with s, m, h, d or w"},
        {"min_rate = \"64\"", "\"min_rate\" in account \"work\" is \"64\"; expected a number from 0 to 1000000000"},
        {"max_connections_per_host = 0",
         "\"max_connections_per_host\" in account \"work\" is 0; expected a number from 1 to 1000"},
        {"order = \"oldest\"",
         "\"order\" in account \"work\" is \"oldest\"; expected \"as_listed\", \"newest_first\" or \"smallest_first\""},
        {"max_size = \"0\"",
         "\"max_size\" in account \"work\" is \"0\"; expected a size such as \"50M\", with K, M, G or T"},
        {"max_bytes = -5",
         "\"max_bytes\" in account \"work\" is -5; expected a size such as \"1G\", with K, M, G or T"},
        {"max_messages = 0", "\"max_messages\" in account \"work\" is 0; expected a number from 1 to 4294967295"},
        {"state_id = \"a/b\"", "\"state_id\" in account \"work\" is \"a/b\"; expected a name of at most 128 letters, "
                               "digits and . _ - @ +, which "
                               "begins with a letter, a digit or _"},
        {"enabled = 2026-11-21", "\"enabled\" in account \"work\" is a date or time; expected true or false"},
        {"enabled = { a = 1 }", "\"enabled\" in account \"work\" is a table; expected true or false"},
        {"tls_server_name = \"a b\"", "\"tls_server_name\" in account \"work\" is \"a b\"; expected a host name, an "
                                      "address, or the path of a socket"},
    };
    for (const auto& row : rows) CHECK(complaint_about(row.line) == place + row.told);
}

TEST_CASE("A host is a name or an address and nothing more")
{
    const auto told = [](const std::string& host) {
        return popfetch::tests::complaint("[account.work]\nuser = \"alice\"\nhost = \"" + host + "\"\n");
    };
    const std::string place = "config.value: popfetch.toml:3: \"host\" in account \"work\"";
    for (const auto* const host : {"pop.example.org", "192.0.2.1", "2001:db8::1", "fe80::1%eth0", "bücher.example"})
        CHECK(told(host).empty());
    CHECK(told("pop.example.org:995") ==
          place + " is \"pop.example.org:995\"; expected the name alone: \"port\" is a key of its own");
    CHECK(told("pops://pop.example.org") ==
          place + ": this is a URL; write the name alone; \"port\" and \"tls\" are keys of their own");
    CHECK(told("pop example") ==
          place + " is \"pop example\"; expected a host name, an address, or the path of a socket");
    CHECK(told("") == place + " is empty; expected a host name, an address, or the path of a socket");
    CHECK(told("a\\u001b[2J").find("\\x1b[2J") != std::string::npos);
}

TEST_CASE("A14 a line break or NUL in what goes to the server is refused before connecting")
{
    const auto told = [](const std::string& line) {
        return popfetch::tests::complaint("[account.work]\nhost = \"pop.example.org\"\n" + line + '\n');
    };
    for (const auto* const bad : {"\\r", "\\n", "\\u0000"}) {
        CHECK(told("user = \"alice" + std::string{bad} + "DELE 1\"") ==
              "config.value: popfetch.toml:3: \"user\" in account \"work\": a line break or NUL is inside; POP3 cannot "
              "carry that");
        CHECK(complaint_about("password = \"hunter2" + std::string{bad} + "DELE 1\"") ==
              "config.value: popfetch.toml:4: \"password\" in account \"work\": a line break or NUL is inside; POP3 "
              "cannot "
              "carry that");
    }
}
