#include <popfetch/config/configuration.hpp>

#include <algorithm>
#include <map>

#include <popfetch/base/printable.hpp>

#include "keys.hpp"
#include "names.hpp"
#include "ports.hpp"
#include "sections.hpp"
#include "uri.hpp"

namespace popfetch::config {

namespace {

constexpr std::string_view defaults_title = "[defaults]";

// FAULTS L07: `timeout` bounds every wait that has no key of its own, and no built-in time is longer than it.
void bound_waits(const Sources& sources, net::Timeouts& waits)
{
    const auto bound = [&](std::chrono::milliseconds& wait, std::string_view own_key) {
        if (sources.find(own_key) == nullptr) wait = std::min(wait, waits.idle);
    };
    bound(waits.connect, "connect_timeout");
    bound(waits.greeting, "greeting_timeout");
    waits.handshake = std::min(waits.handshake, waits.idle);
    waits.farewell = std::min(waits.farewell, waits.idle);
}

class Reader {
public:
    Reader(const Value::Table& members, const base::Path& file)
        : members_{members}, file_{base::printable(file.filename().string())},
          folder_{std::filesystem::absolute(file).parent_path()}
    {
    }

    Parsed read();

private:
    Section section(std::string title, std::string account = {}) const
    {
        return {file_, folder_, std::move(title), std::move(account)};
    }
    const Value::Table& table(const Member& member, std::string_view how) const;
    void check_top_level();
    void check_top_level(const Member& member) const;
    void read_member(const Section& section, const Member& member, Account& account) const;
    bool read_section(const Section& section, const Value::Table& members, Account& account);
    bool read_defaults(Account& account);
    void read_account(const Member& member);
    void read_members(const Member& member, Account& account);
    void read_accounts();
    template<class Act>
    void attempt(const Account& account, Act act);
    void note_secrets(const Value::Table& members, const Account& account);
    void check_ledger(const Section& section, unsigned line, const Account& account);

    const Value::Table& members_;
    const std::string file_;
    const base::Path folder_;
    Value::Table no_defaults_;
    const Value::Table* defaults_members_ = &no_defaults_;
    std::map<base::Path, std::string> ledgers_; // file to account
    Parsed parsed_;
};

// Ports and names that follow from other keys.
void complete(Account& account)
{
    const bool is_socket = account.dial.host.starts_with('/');
    if (account.dial.port == 0) account.dial.port = usual_port(account.tls_mode);
    if (account.tls.server_name.empty() && !is_socket) account.tls.server_name = certificate_name(account.dial.host);
    if (account.tls.client_key.empty()) account.tls.client_key = account.tls.client_certificate;
}

bool has_password(const net::Proxy& proxy)
{
    if (const auto* const socks = std::get_if<net::Socks5>(&proxy)) return !socks->password.empty();
    if (const auto* const http = std::get_if<net::HttpConnect>(&proxy)) return !http->password.empty();
    return false;
}

// Notes the mistake that `act` comes upon.
template<class Act>
void Reader::attempt(const Account& account, Act act)
{
    try {
        act();
    } catch (const Invalid& error) {
        parsed_.configuration.mistakes.push_back({account.name, true, error});
    }
}

const Value::Table& Reader::table(const Member& member, std::string_view how) const
{
    const auto* const table = std::get_if<Value::Table>(&member.value.is);
    if (table != nullptr) return *table;
    throw Invalid{"config.value", section({}).at(member.line) + '"' + base::printable(member.key) + "\" is no table",
                  how};
}

void Reader::check_top_level(const Member& member) const
{
    if (member.key == "defaults" || member.key == "account") return;
    const auto place = section({}).at(member.line);
    if (find_row(member.key) != nullptr)
        throw Invalid{"config.unknown_key", place + '"' + member.key + "\" stands outside of any account",
                      "write [account.NAME] or [defaults] above it"};
    constexpr std::string_view known[] = {"defaults", "account"};
    const auto near = base::nearest(member.key, known);
    const bool is_table = std::holds_alternative<Value::Table>(member.value.is);
    throw Invalid{"config.unknown_key",
                  place + "unknown " + (is_table ? "table" : "key") + " \"" + base::printable(member.key) + '"',
                  near.empty() ? "there are [defaults] and [account.NAME]" : "did you mean \"" + near + "\"?"};
}

void Reader::check_top_level()
{
    for (const auto& member : members_) attempt({}, [&] { check_top_level(member); });
}

void Reader::read_member(const Section& section, const Member& member, Account& account) const
{
    const auto* const found = find_row(member.key);
    if (found == nullptr)
        throw Invalid{"config.unknown_key",
                      section.at(member.line) + "unknown key \"" + base::printable(member.key) + "\" in " +
                          section.title,
                      advice_for_unknown(member.key)};
    if (found->trait == Trait::own && section.title == defaults_title)
        throw Invalid{"config.contradiction",
                      section.at(member.line) + '"' + member.key + "\" cannot stand in [defaults]",
                      "every account needs its own"};
    found->row.read({section, member.key, member.value, found->shown}, account);
}

// Whether there was no mistake in it; all of them are noted.
bool Reader::read_section(const Section& section, const Value::Table& members, Account& account)
{
    const auto before = parsed_.configuration.mistakes.size();
    const auto is_well = [&] { return parsed_.configuration.mistakes.size() == before; };
    for (const auto& member : members) attempt(account, [&] { read_member(section, member, account); });
    note_secrets(members, account);
    if (!is_well()) return false; // what is missing or contradicts may be what could not be read
    attempt(account, [&] { check_password_sources(section, members); });
    attempt(account, [&] { check_tls(section, members, account.tls_mode); });
    return is_well();
}

void Reader::note_secrets(const Value::Table& members, const Account& account)
{
    if (parsed_.secret_line) return;
    if (const auto* const password = find(members, "password")) parsed_.secret_line = password->line;
    const auto* const proxy = find(members, "proxy");
    if (proxy != nullptr && has_password(account.dial.proxy)) parsed_.secret_line = proxy->line;
}

void Reader::check_ledger(const Section& section, unsigned line, const Account& account)
{
    const auto [entry, is_new] = ledgers_.emplace(ledger_path({}, account), section.title);
    if (is_new) return;
    throw Invalid{"config.contradiction",
                  section.at(line) + section.title + " would use the ledger of " + entry->second,
                  "give it another \"state_id\""};
}

// Read again for each account: %{account} in it is another one's every time.
bool Reader::read_defaults(Account& account)
{
    return read_section(section(std::string{defaults_title}, account.name), *defaults_members_, account);
}

void Reader::read_account(const Member& member)
{
    const auto name = base::printable(member.key);
    if (find_row(member.key) != nullptr && !std::holds_alternative<Value::Table>(member.value.is))
        throw Invalid{"config.unknown_key", section({}).at(member.line) + "the account of \"" + name + "\" has no name",
                      "write [account.NAME] above it"};
    auto& mistakes = parsed_.configuration.mistakes;
    const auto before = mistakes.size();
    Account account;
    account.name = name;
    attempt(account, [&] { read_members(member, account); });
    for (auto i = before; i < mistakes.size(); ++i) mistakes[i].enabled = account.enabled;
}

void Reader::read_members(const Member& member, Account& account)
{
    const auto& members = table(member, "write [account.NAME] and its keys below it");
    const auto own = section("account \"" + account.name + '"', account.name);
    if (!is_account_name(member.key))
        throw Invalid{"config.value", own.at(member.line) + '"' + account.name + "\" is no name for an account",
                      "expected " + std::string{account_name_rule}};

    const bool defaults_are_well = read_defaults(account);
    if (!read_section(own, members, account) || !defaults_are_well) return;
    const auto missing = missing_in(own, member.line, account);
    for (const auto& error : missing) attempt(account, [&] { throw error; });
    if (!missing.empty()) return;
    complete(account);
    bound_waits({*defaults_members_, members}, account.timeouts);
    check_ledger(own, member.line, account);
    warn_of(own, {*defaults_members_, members}, account, parsed_.configuration.warnings);
    parsed_.configuration.accounts.push_back(account);
}

void Reader::read_accounts()
{
    const auto* const accounts = find(members_, "account");
    if (accounts == nullptr) return;
    for (const auto& member : table(*accounts, "write [account.NAME] for each account"))
        attempt({}, [&] { read_account(member); });
}

Parsed Reader::read()
{
    check_top_level();
    attempt({}, [this] {
        if (const auto* const defaults = find(members_, "defaults"))
            defaults_members_ = &table(*defaults, "write [defaults] and keys below it");
        read_accounts();
    });
    Account nobody;
    if (parsed_.configuration.accounts.empty() && parsed_.configuration.mistakes.empty())
        read_defaults(nobody); // for its mistakes alone
    return std::move(parsed_);
}

}

const Account* Configuration::find(std::string_view name) const
{
    const auto found =
        std::find_if(accounts.begin(), accounts.end(), [&](const Account& account) { return account.name == name; });
    return found == accounts.end() ? nullptr : &*found;
}

Parsed parse_text(std::string_view text, const base::Path& file)
{
    const Document document{text, base::printable(file.filename().string())};
    auto parsed = Reader{document.members(), file}.read();
    parsed.configuration.file = file;
    return parsed;
}

Configuration parse(std::string_view text, const base::Path& file)
{
    auto configuration = parse_text(text, file).configuration;
    if (!configuration.mistakes.empty()) throw Invalid{configuration.mistakes.front().error};
    return configuration;
}

}
