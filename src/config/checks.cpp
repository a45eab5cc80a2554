// What no key can tell alone: keys that exclude each other, keys that are missing, and what is merely odd.

#include <algorithm>

#include <popfetch/base/printable.hpp>
#include <popfetch/sasl/mechanism.hpp>

#include "keys.hpp"
#include "ports.hpp"
#include "sections.hpp"

namespace popfetch::config {

namespace {

std::string in_quotes(std::string_view key) { return '"' + std::string{key} + '"'; }

bool is_false(const Value& value)
{
    const auto* const flag = std::get_if<bool>(&value.is);
    return flag != nullptr && !*flag;
}

[[noreturn]] void contradict(const Section& section, const Member& second, std::string_view text,
                             std::string_view advice = {})
{
    throw Invalid{"config.contradiction", section.at(second.line) + std::string{text} + " in " + section.title, advice};
}

bool needs_user(const std::vector<std::string>& auth)
{
    return !std::all_of(auth.begin(), auth.end(), [](const std::string& name) { return name == "EXTERNAL"; });
}

bool needs_token(const std::vector<std::string>& auth)
{
    return std::all_of(auth.begin(), auth.end(), [](const std::string& name) {
        const auto* const mechanism = sasl::find_mechanism(name);
        return mechanism != nullptr && mechanism->needs_token;
    });
}

std::string_view name_of(TlsMode mode)
{
    switch (mode) {
    case TlsMode::implicit: return "implicit";
    case TlsMode::starttls: return "starttls";
    case TlsMode::none: return "none";
    }
    return {};
}

}

void check_password_sources(const Section& section, const Value::Table& members)
{
    const Member* first = nullptr;
    for (const auto& member : members) {
        if (find_row(member.key)->trait != Trait::password || is_false(member.value)) continue;
        if (first != nullptr)
            contradict(section, member, in_quotes(first->key) + " and " + in_quotes(member.key),
                       "the password has one source");
        first = &member;
    }
}

void check_tls(const Section& section, const Value::Table& members, TlsMode mode)
{
    if (mode == TlsMode::none) {
        for (const auto& member : members)
            if (find_row(member.key)->trait == Trait::tls)
                contradict(section, member, in_quotes(member.key) + " means nothing with tls = \"none\"");
    }
    const auto* const key = find(members, "tls_client_key");
    if (key != nullptr && find(members, "tls_client_cert") == nullptr)
        contradict(section, *key, "\"tls_client_key\" without \"tls_client_cert\"");
}

std::vector<Invalid> missing_in(const Section& section, unsigned line, const Account& account)
{
    std::vector<Invalid> missing;
    const auto lacks = [&](std::string_view what) {
        missing.emplace_back("config.missing", section.at(line) + section.title + " has no " + std::string{what});
    };
    if (account.dial.host.empty()) lacks("\"host\"");
    if (account.user.empty() && needs_user(account.auth)) lacks("\"user\"");
    const bool is_socket = account.dial.host.starts_with('/');
    if (is_socket && account.tls_mode != TlsMode::none && account.tls.server_name.empty())
        lacks("\"tls_server_name\", and the path of a socket is no name to check a certificate for");
    if (needs_token(account.auth) && !account.token)
        lacks("\"token_command\", which " + account.auth.front() + " needs");
    return missing;
}

void warn_of(const Section& section, const Sources& sources, const Account& account, std::vector<std::string>& warnings)
{
    const auto* const port = sources.find("port");
    if (port == nullptr) return;
    const bool implicit = account.tls_mode == TlsMode::implicit;
    const bool odd = account.dial.port == (implicit ? clear_port : implicit_port);
    if (!odd) return;
    const auto number = std::to_string(account.dial.port);
    const std::string_view usual = implicit ? "starttls" : "implicit";
    warnings.push_back(section.at(port->line) + section.title + ": port " + number + " with tls = \"" +
                       std::string{name_of(account.tls_mode)} + "\" is unusual; it goes with tls = \"" +
                       std::string{usual} + '"');
}

}
