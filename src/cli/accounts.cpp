#include "accounts.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_set>

#include <popfetch/base/printable.hpp>
#include <popfetch/base/suggestion.hpp>
#include <popfetch/base/units.hpp>
#include <popfetch/config/url.hpp>

#include "account_pattern.hpp"
#include "command.hpp"
#include "screen.hpp"

namespace popfetch::cli {

namespace {

config::Account from_url(const std::string& url, const Globals& globals)
{
    auto account = config::parse_url(url);
    if (globals.tls == "none") account.tls_mode = config::TlsMode::none;
    if (globals.tls == "starttls") account.tls_mode = config::TlsMode::starttls;
    if (globals.tls == "implicit") account.tls_mode = config::TlsMode::implicit;
    if (globals.allow_plaintext_password) account.allow_plaintext_password = true;
    if (globals.password_descriptor >= 0) account.password = config::FromDescriptor{globals.password_descriptor};
    return account;
}

constexpr std::string_view without_configuration =
    "write one (man popfetch.toml has an example), name one with --config, or give a URL: popfetch pops://user@host "
    "--to maildir:PATH";

// A word without a configuration is a command that was misspelt, a URL that was begun, or an account of a file to come.
[[noreturn]] void throw_no_configuration(const std::string& name, std::string_view near_command)
{
    const auto shown = base::printable(name);
    throw config::Invalid{"config.missing",
                          config::usual_file().string() + ": there is no configuration, so no account \"" + shown +
                              "\"",
                          !near_command.empty() ? "did you mean the command " + std::string{near_command} + "?"
                          : name.find('@') != std::string::npos
                              ? "write one (man popfetch.toml has an example), or give a URL: pops://" + shown
                              : std::string{without_configuration}};
}

config::Account by_name(const std::string& name, const config::Configuration& configuration)
{
    if (const auto* account = configuration.find(name)) return *account;
    std::vector<std::string_view> names, words;
    for (const auto& account : configuration.accounts) names.emplace_back(account.name);
    for (const auto& mistake : configuration.mistakes) names.emplace_back(mistake.account);
    for (const auto& command : commands()) words.push_back(command.name);
    const auto near = base::nearest(name, names);
    const auto near_command = base::nearest(name, words);
    if (configuration.file.empty()) throw_no_configuration(name, near_command);
    throw config::Invalid{"config.unknown_account",
                          configuration.file.string() + ": there is no account \"" + base::printable(name) + "\"",
                          !near.empty()           ? "did you mean \"" + near + "\"?"
                          : !near_command.empty() ? "did you mean the command " + near_command + "?"
                                                  : "popfetch accounts lists them"};
}

// A table that is called [acount.NAME] or a key outside of every table may have been meant for all.
void refuse_mistakes_of_all(const config::Configuration& configuration, const Globals& globals)
{
    const auto& mistakes = configuration.mistakes;
    if (std::ranges::none_of(mistakes, [](const config::Mistake& mistake) { return mistake.account.empty(); })) return;
    report_mistakes({mistakes.data(), mistakes.size() - 1}, globals);
    throw config::Invalid{mistakes.back().error};
}

config::Configuration load(const Globals& globals)
{
    auto configuration = config::load(globals.config);
    if (!globals.quiet)
        for (const auto& warning : configuration.warnings) say("popfetch: " + warning);
    refuse_mistakes_of_all(configuration, globals);
    return configuration;
}

Chosen enabled(config::Configuration configuration)
{
    std::erase_if(configuration.accounts, [](const config::Account& account) { return !account.enabled; });
    std::erase_if(configuration.mistakes, [](const config::Mistake& mistake) { return !mistake.enabled; });
    if (!configuration.accounts.empty() || !configuration.mistakes.empty())
        return {std::move(configuration.accounts), std::move(configuration.mistakes)};
    if (configuration.file.empty())
        throw config::Invalid{"config.missing", config::usual_file().string() + ": there is no configuration",
                              without_configuration};
    throw config::Invalid{"config.missing", configuration.file.string() + ": no account is enabled",
                          "add an [account.NAME]"};
}

void add_by_name(const std::string& name, const config::Configuration& configuration, Chosen& chosen)
{
    const auto before = chosen.mistakes.size();
    std::ranges::copy_if(configuration.mistakes, std::back_inserter(chosen.mistakes),
                         [&](const config::Mistake& mistake) { return mistake.account == name; });
    if (chosen.mistakes.size() == before) chosen.accounts.push_back(by_name(name, configuration));
}

std::vector<std::string> names_matching(const std::string& pattern, const config::Configuration& configuration)
{
    if (configuration.file.empty()) throw_no_configuration(pattern, {});
    std::vector<std::string> names;
    const auto add = [&](const std::string& name, bool enabled) {
        if (enabled && matches(pattern, name)) names.push_back(name);
    };
    for (const auto& account : configuration.accounts) add(account.name, account.enabled);
    for (const auto& mistake : configuration.mistakes) add(mistake.account, mistake.enabled);
    if (names.empty())
        throw config::Invalid{"config.unknown_account",
                              configuration.file.string() + ": no account that is enabled matches \"" +
                                  base::printable(pattern) + "\"",
                              "popfetch accounts lists them"};
    return names;
}

void refuse_several(const std::string& word, const Chosen& chosen)
{
    std::vector<std::string> names;
    for (const auto& account : chosen.accounts) names.push_back(account.name);
    for (const auto& mistake : chosen.mistakes)
        if (names.empty() || names.back() != mistake.account) names.push_back(mistake.account);
    if (names.size() < 2) return;
    std::string list;
    for (std::size_t i = 0; i < names.size() && i < 5; ++i) list += (i == 0 ? "" : ", ") + names[i];
    throw base::Error{base::ExitStatus::usage, "usage.several_accounts",
                      "\"" + base::printable(word) + "\" matches " + base::format_count(names.size()) + " accounts (" +
                          list + (names.size() > 5 ? ", …)" : ")"),
                      "this command works on one at a time"};
}

}

base::ExitStatus report_mistakes(std::span<const config::Mistake> mistakes, const Globals& globals)
{
    std::unordered_set<std::string> said;
    for (const auto& mistake : mistakes)
        if (globals.machine() || said.insert(mistake.error.what()).second)
            report_error(mistake.error, globals.machine() ? mistake.account : "", globals);
    return mistakes.empty() ? base::ExitStatus::ok : base::ExitStatus::config;
}

Chosen choose_accounts(const std::vector<std::string>& words, const Globals& globals)
{
    if (words.empty()) return enabled(load(globals));
    Chosen chosen;
    std::optional<config::Configuration> configuration;
    std::unordered_set<std::string> taken; // once, however often it was named
    for (const auto& word : words) {
        if (config::looks_like_url(word)) {
            chosen.accounts.push_back(from_url(word, globals));
            continue;
        }
        if (!configuration) configuration = load(globals);
        const auto names = is_pattern(word) ? names_matching(word, *configuration) : std::vector{word};
        for (const auto& name : names)
            if (taken.insert(name).second) add_by_name(name, *configuration, chosen);
    }
    return chosen;
}

std::vector<config::Account> select_accounts(const std::vector<std::string>& words, const Globals& globals,
                                             base::ExitStatus& status)
{
    auto chosen = choose_accounts(words, globals);
    status = report_mistakes(chosen.mistakes, globals);
    return std::move(chosen.accounts);
}

config::Account select_account(const std::string& word, const Globals& globals)
{
    auto chosen = choose_accounts({word}, globals);
    refuse_several(word, chosen);
    auto& [accounts, mistakes] = chosen;
    if (mistakes.empty()) return std::move(accounts.front());
    report_mistakes({mistakes.data(), mistakes.size() - 1}, globals);
    throw config::Invalid{mistakes.back().error};
}

base::Path ledger_of(const config::Account& account, const Globals& globals)
{
    return config::ledger_path(globals.state_dir.empty() ? config::usual_state_dir() : base::Path{globals.state_dir},
                               account);
}

base::Path spool_of(const base::Path& ledger) { return base::Path{ledger}.replace_extension(".spool"); }

std::optional<state::Ledger> ledger_to_read(const config::Account& account, const Globals& globals)
{
    const auto path = ledger_of(account, globals);
    if (!state::Ledger::exists(path)) return std::nullopt;
    return state::Ledger::open(path, state::Access::read);
}

}
