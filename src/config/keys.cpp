#include "keys.hpp"

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/base64.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/sasl/mechanism.hpp>

#include "names.hpp"
#include "uri.hpp"

namespace popfetch::config {

namespace {

std::string host_of(const Field& field)
{
    constexpr std::string_view expected = "a host name, an address, or the path of a socket";
    auto host = field.text(expected);
    if (host.front() == '/' || is_ipv6_address(host)) return host;
    if (host.find("://") != std::string::npos)
        field.invalid("this is a URL", "write the name alone; \"port\" and \"tls\" are keys of their own");
    if (host.find(':') != std::string::npos) field.wrong("the name alone: \"port\" is a key of its own");
    if (!is_plausible_host(host)) field.wrong(expected);
    return host;
}

void read_source_address(const Field& field, Account& account)
{
    account.dial.source_address = field.text("an IP address of this machine");
    if (!is_ip_address(account.dial.source_address)) field.wrong("an IP address of this machine");
}

void read_ip_version(const Field& field, Account& account)
{
    using net::IpVersion;
    account.dial.ip_version =
        field.one_of<IpVersion>({{"any", IpVersion::any}, {"4", IpVersion::v4}, {"6", IpVersion::v6}});
}

void read_pins(const Field& field, Account& account)
{
    constexpr std::string_view prefix = "sha256//";
    constexpr std::string_view expected = "\"sha256//\" and the 44 characters of a SHA-256 in base64, or a list of "
                                          "these; popfetch info shows the right one";
    account.tls.pins = field.texts(expected);
    for (const auto& pin : account.tls.pins) {
        const auto digest = pin.starts_with(prefix) ? base::from_base64(pin.substr(prefix.size())) : std::nullopt;
        if (!digest || digest->size() != 32) field.wrong(expected);
    }
}

bool is_mechanism(std::string_view name)
{
    return name == "USER" || name == "APOP" || sasl::find_mechanism(name) != nullptr;
}

void read_auth(const Field& field, Account& account)
{
    account.auth.clear();
    for (const auto& name : field.texts("\"auto\", the name of a mechanism, or a list of names")) {
        if (name == "auto" && field.is_text()) {
            account.auth = {"auto"};
            return;
        }
        account.auth.push_back(base::to_upper(name));
        if (is_mechanism(account.auth.back())) continue;
        std::vector<std::string_view> known{"USER", "APOP"};
        for (const auto& mechanism : sasl::mechanisms()) known.push_back(mechanism.name);
        const auto near = base::nearest(account.auth.back(), known);
        field.invalid("there is no mechanism \"" + base::printable(name) + '"',
                      near.empty() ? "popfetch.toml(5) lists them" : "did you mean \"" + near + "\"?");
    }
}

void read_netrc(const Field& field, Account& account)
{
    if (field.is_text()) {
        account.password = FromNetrc{field.path()};
    } else if (field.is_flag()) {
        if (field.flag())
            account.password = FromNetrc{resolve("~/.netrc", {})};
        else if (std::holds_alternative<FromNetrc>(account.password))
            account.password = FromPrompt{};
    } else {
        field.wrong("true, false or the path of a netrc file");
    }
}

void read_credential(const Field& field, Account& account)
{
    auto name = field.text("the name of a systemd credential");
    if (name.find('/') != std::string::npos || name == "." || name == "..")
        field.wrong("the name of a systemd credential, which has no slash");
    account.password = FromCredential{std::move(name)};
}

void read_environment(const Field& field, Account& account)
{
    auto name = field.text("the name of an environment variable");
    if (name.find('=') != std::string::npos) field.wrong("the name of an environment variable");
    account.password = FromEnvironment{std::move(name), {}};
}

void read_quirks(const Field& field, Account& account)
{
    account.sasl_ok_quirk = false;
    for (const auto& quirk : field.texts("\"sasl_ok\" or a list")) {
        if (quirk != "sasl_ok") field.wrong("\"sasl_ok\" or a list");
        account.sasl_ok_quirk = true;
    }
}

void read_order(const Field& field, Account& account)
{
    using fetch::Order;
    account.policy.order = field.one_of<Order>({{"as_listed", Order::as_listed},
                                                {"newest_first", Order::newest_first},
                                                {"smallest_first", Order::smallest_first}});
}

void read_state_id(const Field& field, Account& account)
{
    account.state_id = field.text("a name");
    if (!is_account_name(account.state_id)) field.wrong(account_name_rule);
}

std::chrono::milliseconds patience(const Field& field) { return field.duration("30s"); }

constexpr std::uint64_t most_iterations = 100'000'000; // minutes

using Mode = TlsMode;
using Version = net::TlsVersion;

// clang-format off
constexpr AccountRow rows[] = {
    {{{"", "host", "name, address, or path of a socket", "the server"},
      [](const Field& f, Account& a) { a.dial.host = host_of(f); }}},
    {{{"", "port", "995, or 110 unless tls is \"implicit\"", "its port"},
      [](const Field& f, Account& a) { a.dial.port = static_cast<std::uint16_t>(f.number(1, 65535)); }}},
    {{{"", "user", "text", "the name to log in with"},
      [](const Field& f, Account& a) { a.user = f.text("the name to log in with"); }}},

    {{{"", "tls", "\"implicit\", \"starttls\", \"none\"",
       "encrypted from the first byte; after STLS, which the server must offer; not at all"},
      [](const Field& f, Account& a) {
          a.tls_mode = f.one_of<Mode>({{"implicit", Mode::implicit}, {"starttls", Mode::starttls}, {"none", Mode::none}});
      }}},
    {{{"", "tls_ca_file", "path of a PEM file", "the authorities to trust instead of the system's"},
      [](const Field& f, Account& a) { a.tls.ca_file = f.path().string(); }}, Trait::tls},
    {{{"", "tls_crl_file", "path of a PEM file", "certificates that were revoked"},
      [](const Field& f, Account& a) { a.tls.crl_file = f.path().string(); }}, Trait::tls},
    {{{"", "tls_min_version", "\"1.2\", \"1.3\"", "the oldest TLS to accept"},
      [](const Field& f, Account& a) {
          a.tls.min_version = f.one_of<Version>({{"1.2", Version::v1_2}, {"1.3", Version::v1_3}});
      }}, Trait::tls},
    {{{"", "tls_pin", "\"sha256//…\" or a list", "public keys of which the server must have one, besides a valid certificate"},
      read_pins}, Trait::tls},
    {{{"", "tls_client_cert", "path of a PEM file", "our own certificate, for a server that asks for one"},
      [](const Field& f, Account& a) { a.tls.client_certificate = f.path().string(); }}, Trait::tls},
    {{{"", "tls_client_key", "path of a PEM file", "its key; without this it is in the same file"},
      [](const Field& f, Account& a) { a.tls.client_key = f.path().string(); }}, Trait::tls},
    {{{"", "tls_server_name", "name or address", "whom the certificate must be for, when that is not host"},
      [](const Field& f, Account& a) { a.tls.server_name = host_of(f); }}, Trait::tls},
    {{{"", "tls_alpn", "true, false", "tell the server that POP3 is meant; some old TLS proxies choke on it"},
      [](const Field& f, Account& a) { a.tls.alpn = f.flag(); }}, Trait::tls},

    {{{"", "auth", "\"auto\", a mechanism or a list", "how to log in; a list is tried for the first that the server offers"},
      read_auth}},
    {{{"", "password", "text", "the password itself; the file must then be closed to everybody else"},
      [](const Field& f, Account& a) { a.password = FromText{f.secret()}; }}, Trait::password, Field::Shown::never},
    {{{"", "password_command", "list: program, arguments", "prints the password on its first line; run without a shell"},
      [](const Field& f, Account& a) { a.password = FromCommand{f.argv()}; }}, Trait::password, Field::Shown::never},
    {{{"", "password_file", "path", "has the password on its first line; must be closed to everybody else"},
      [](const Field& f, Account& a) { a.password = FromFile{f.path()}; }}, Trait::password},
    {{{"", "password_env", "name of a variable", "not safe: other programs of the same user can read it"},
      read_environment}, Trait::password},
    {{{"", "password_credential", "name", "a credential that systemd loads for the service (LoadCredential=)"},
      read_credential}, Trait::password},
    {{{"", "netrc", "false, true, path", "look for the password in ~/.netrc or another such file"},
      read_netrc}, Trait::password},
    {{{"", "token_command", "list: program, arguments", "prints an access token for OAUTHBEARER or XOAUTH2"},
      [](const Field& f, Account& a) { a.token = FromCommand{f.argv()}; }}, Trait::plain, Field::Shown::never},
    {{{"", "allow_plaintext_password", "false, true",
       "with tls = \"none\": send the password so that anybody on the way can read it"},
      [](const Field& f, Account& a) { a.allow_plaintext_password = f.flag(); }}},

    {{{"", "scram_min_iterations", "number, 4096", "for an old server that has SCRAM hash the password less often"},
      [](const Field& f, Account& a) { a.scram_least_iterations = static_cast<unsigned>(f.number(1, most_iterations)); }}},
    {{{"", "scram_max_iterations", "number, 1000000", "for a server that has SCRAM hash it more often, which takes time"},
      [](const Field& f, Account& a) { a.scram_most_iterations = static_cast<unsigned>(f.number(4096, most_iterations)); }}},
    {{{"", "quirks", "\"sasl_ok\" or a list", "what an old server does otherwise than the rules have it"}, read_quirks}},

    {{{"", "proxy", "\"socks5://HOST:PORT\", \"http://HOST:PORT\", { command = […] }", "the way to the server"},
      [](const Field& f, Account& a) { a.dial.proxy = read_proxy(f); }}, Trait::plain, Field::Shown::never},
    {{{"", "source_address", "IP address", "the address of this machine to connect from"}, read_source_address}},
    {{{"", "ip_version", "\"any\", \"4\", \"6\"", "which addresses of the server to use"}, read_ip_version}},
    {{{"", "connect_timeout", "duration, \"20s\"", "to connect, all addresses together"},
      [](const Field& f, Account& a) { a.timeouts.connect = patience(f); }}},
    {{{"", "greeting_timeout", "duration, \"60s\"", "for the server's first line, which some delay against spam"},
      [](const Field& f, Account& a) { a.timeouts.greeting = patience(f); }}},
    {{{"", "timeout", "duration, \"2m\"", "while the server sends nothing at all; bounds the waits without a key of their own too"},
      [](const Field& f, Account& a) { a.timeouts.idle = patience(f); }}},
    {{{"", "total_timeout", "duration, \"1d\"", "for the whole session"},
      [](const Field& f, Account& a) { a.timeouts.total = patience(f); }}},
    {{{"", "min_rate", "octets per second, 64", "a server that is slower for min_rate_time is given up; 0: never"},
      [](const Field& f, Account& a) { a.timeouts.min_rate = f.number(0, 1'000'000'000); }}},
    {{{"", "min_rate_time", "duration, \"60s\"", "how long a server may send less than min_rate"},
      [](const Field& f, Account& a) { a.timeouts.rate_window = patience(f); }}},
    {{{"", "max_connections_per_host", "number", "how many accounts may be connected to this host at a time"},
      [](const Field& f, Account& a) { a.connections_per_host = static_cast<unsigned>(f.number(1, 1000)); }}},

    {{{"", "deliver", "\"maildir:PATH\", \"mbox:PATH\", \"files:DIR\", \"stdout:\", a table, or a list",
       "where messages go; with a list, each message goes to all of them or to none"},
      [](const Field& f, Account& a) { a.deliver = read_deliver(f); }}},
    {{{"", "delete", "\"never\", \"fetched\", an age such as \"14d\", or a table",
       "when messages that were fetched are deleted on the server"},
      [](const Field& f, Account& a) { a.policy.remove = read_delete(f); }}},
    {{{"", "order", "\"as_listed\", \"newest_first\", \"smallest_first\"", "which messages to fetch first"}, read_order}},
    {{{"", "max_size", "size", "larger messages are left on the server"},
      [](const Field& f, Account& a) { a.policy.max_size = f.size("50M"); }}},
    {{{"", "max_messages", "number", "fetch at most so many messages in a run"},
      [](const Field& f, Account& a) { a.policy.max_messages = f.number(1, std::numeric_limits<std::uint32_t>::max()); }}},
    {{{"", "max_bytes", "size", "fetch at most so many octets in a run"},
      [](const Field& f, Account& a) { a.policy.max_bytes = f.size("1G"); }}},

    {{{"", "state_id", "name", "what the ledger is called, when that is not the account's name: keep it when you rename the account"},
      read_state_id}, Trait::own},
    {{{"", "sandbox", "true, false", "whether the kernel keeps a run from all files that it does not need"},
      [](const Field& f, Account& a) { a.sandbox = f.flag(); }}},
    {{{"", "enabled", "true, false", "whether popfetch fetches it when no account is named"},
      [](const Field& f, Account& a) { a.enabled = f.flag(); }}},
};
// clang-format on

// Words of other programs, and what they are here.
struct Elsewhere {
    std::string_view key, here;
};
constexpr std::string_view always_verified = "there is none: verification is always on; see tls_ca_file, tls_pin";
constexpr Elsewhere elsewhere[] = {
    {"tls_verify", always_verified},
    {"tls_certcheck", always_verified},
    {"insecure", always_verified},
    {"tls_fingerprint", "see tls_pin"},
    {"ssl", "it is called tls"},
    {"starttls", "write tls = \"starttls\""},
    {"server", "it is called host"},
    {"hostname", "it is called host"},
    {"username", "it is called user"},
    {"login", "it is called user"},
    {"passwordeval", "it is called password_command"},
    {"keep", "see delete; mail is kept without it"},
    {"mda", "see deliver, type = \"pipe\""},
    {"maildir", "write deliver = \"maildir:PATH\""},
    {"mbox", "write deliver = \"mbox:PATH\""},
};

std::vector<Key> all_keys()
{
    std::vector<Key> keys;
    for (const auto& each : rows) keys.push_back(each.row.key);
    add_proxy_keys(keys);
    add_deliver_keys(keys);
    add_delete_keys(keys);
    return keys;
}

}

const AccountRow* find_row(std::string_view key) noexcept
{
    const auto* const found =
        std::find_if(std::begin(rows), std::end(rows), [&](const AccountRow& each) { return each.name() == key; });
    return found == std::end(rows) ? nullptr : found;
}

std::string advice_for_unknown(std::string_view key)
{
    std::vector<std::string_view> words;
    for (const auto& each : rows) words.push_back(each.name());
    for (const auto& each : elsewhere) words.push_back(each.key);
    const auto near = base::nearest(key, words);
    if (near.empty()) return {};

    const auto* const other = std::find_if(std::begin(elsewhere), std::end(elsewhere),
                                           [&](const Elsewhere& each) { return each.key == near; });
    if (other == std::end(elsewhere)) return "did you mean \"" + near + "\"?";
    if (near == key) return std::string{other->here};
    return "did you mean \"" + near + "\"? (" + std::string{other->here} + ')';
}

std::span<const Key> keys()
{
    static const std::vector<Key> all = all_keys();
    return all;
}

}
