#include <algorithm>

#include <CLI/CLI.hpp>

#include <popfetch/config/configuration.hpp>

#include "../accounts.hpp"
#include "../screen.hpp"
#include "../shown_path.hpp"
#include "all.hpp"

namespace popfetch::cli {

namespace {

std::string_view word(config::TlsMode mode)
{
    switch (mode) {
    case config::TlsMode::implicit: return "implicit";
    case config::TlsMode::starttls: return "starttls";
    case config::TlsMode::none: return "none";
    }
    return "";
}

std::string targets_of(const config::Account& account)
{
    std::string text;
    for (const auto& spec : account.deliver) text += (text.empty() ? "" : ", ") + delivery::to_text(spec);
    return text;
}

output::Shape shape(const config::Configuration& configuration)
{
    using enum output::Column::Align;
    std::vector<output::Column> columns{{"account", "ACCOUNT", left, false, 0}, {"user", "USER", left, false, 0},
                                        {"server", "SERVER", left, false, 0},   {"tls", "TLS", left, false, 0},
                                        {"deliver", "DELIVER", left, true, 0},  {"delete", "DELETE", left, false, 0}};
    if (!std::ranges::all_of(configuration.accounts, &config::Account::enabled))
        columns.push_back({"enabled", "ENABLED", left, false, 0});
    return {"accounts", {{"config", configuration.file.string()}}, std::move(columns)};
}

base::ExitStatus run_accounts(const Globals& globals)
{
    const auto configuration = config::load(globals.config);
    StandardOutput out;
    const auto writer = output::open(globals.kind(), shape(configuration), standard_terminal(globals), out);
    for (const auto& account : configuration.accounts)
        writer->item({{"account", account.name},
                      {"enabled", account.enabled},
                      {"user", account.user},
                      {"server", account.dial.host + ":" + std::to_string(account.dial.port)},
                      {"tls", word(account.tls_mode)},
                      {"deliver", globals.machine() ? targets_of(account) : with_tilde(targets_of(account))},
                      {"delete", config::to_text(account.policy.remove)},
                      {"ledger", ledger_of(account, globals).string()}});
    const auto count = configuration.accounts.size();
    writer->finish({{"count", std::uint64_t{count}}}, count == 0 ? "no account is configured" : "");
    return report_mistakes(configuration.mistakes, globals);
}

}

void add_accounts(CLI::App& app, Invocation& invocation)
{
    auto* command = app.add_subcommand("accounts", "Show the configured accounts");
    command->footer("  popfetch accounts\n");
    command->callback([&invocation] { invocation.run = [](const Globals& globals) { return run_accounts(globals); }; });
}

}
