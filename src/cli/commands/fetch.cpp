#include <algorithm>
#include <array>
#include <iterator>
#include <memory>

#include <CLI/CLI.hpp>

#include <popfetch/base/units.hpp>
#include <popfetch/config/secret.hpp>
#include <popfetch/sasl/mechanism.hpp>

#include "../accounts.hpp"
#include "../arguments.hpp"
#include "../dry_run.hpp"
#include "../fetch_account.hpp"
#include "../sandbox.hpp"
#include "../side_by_side.hpp"
#include "all.hpp"

namespace popfetch::cli {

namespace {

// What the command line says goes before what the configuration says.
config::Account adjusted(config::Account account, const FetchOptions& options)
{
    if (!options.to.empty()) account.deliver = {config::parse_deliver(options.to, account.name)};
    if (!options.remove.empty()) account.policy.remove = config::parse_delete_rule(options.remove);
    if (options.max_messages > 0) account.policy.max_messages = options.max_messages;
    if (options.max_size > 0) account.policy.max_size = options.max_size;
    account.policy.again = options.all;
    account.policy.force = options.force;
    account.policy.accept_new_uids = options.accept_new_uids;
    account.policy.adopt = options.adopt || !options.adopt_from.empty() || options.mark_fetched;
    // Standard output keeps no promise, so nothing is ever deleted for it (DESIGN §3).
    if (std::ranges::any_of(account.deliver,
                            [](const delivery::Spec& spec) { return spec.kind == delivery::Spec::Kind::stdout_; }))
        account.policy.remove = fetch::Never{};
    return account;
}

bool needs_password(const std::string& method)
{
    const auto* const traits = sasl::find_mechanism(method);
    return traits == nullptr || traits->needs_password; // USER, APOP
}

// A certificate or a ticket may be all that it takes.
bool surely_needs_password(const config::Account& account)
{
    if (account.token) return false;
    if (account.auth == std::vector<std::string>{"auto"}) return account.tls.client_certificate.empty();
    return std::ranges::all_of(account.auth, needs_password);
}

// Questions come one after another and before the progress lines. Where nobody can be asked, that is the trouble of
// this account alone, which tells of it in its turn.
void ask_for_passwords(std::vector<config::Account>& accounts)
{
    for (auto& account : accounts) {
        if (!std::holds_alternative<config::FromPrompt>(account.password) || !surely_needs_password(account)) continue;
        try {
            account.password = config::FromText{config::password_supplier(account)()};
        } catch (const base::Error& error) {
            if (error.kind() != "auth.no_password") throw;
        }
    }
}

// Accounts whose configuration is wrong are told of like all others, before anything is tried.
std::vector<AccountResult> results_of(const std::vector<config::Mistake>& mistakes)
{
    std::vector<AccountResult> results;
    for (const auto& mistake : mistakes) {
        if (results.empty() || results.back().account != mistake.account) {
            results.emplace_back().account = mistake.account;
            results.back().status = base::ExitStatus::config;
        }
        results.back().mistakes.push_back(mistake.error);
    }
    return results;
}

std::vector<std::string> names_of(const std::vector<config::Account>& accounts,
                                  const std::vector<AccountResult>& mistaken)
{
    std::vector<std::string> names;
    std::ranges::transform(accounts, std::back_inserter(names), &config::Account::name);
    std::ranges::transform(mistaken, std::back_inserter(names), &AccountResult::account);
    return names;
}

void fetch_all(const std::vector<config::Account>& accounts, const FetchOptions& options, const Globals& globals,
               FetchFront& front, std::vector<AccountResult>& results)
{
    std::vector<Job> jobs;
    for (std::size_t i = 0; i < accounts.size(); ++i)
        jobs.push_back({accounts[i].dial.host, accounts[i].connections_per_host, [&, i] {
                            const auto report = front.report_for(i, accounts[i].name);
                            results[i] = fetch_account(accounts[i], options, globals, *report);
                        }});
    run_side_by_side(std::move(jobs), options.jobs);
}

bool something_came(const AccountResult& result) { return result.totals.fetched + result.recovered > 0; }

base::ExitStatus status_of(const std::vector<AccountResult>& results, const FetchOptions& options)
{
    std::vector<base::ExitStatus> statuses;
    std::ranges::transform(results, std::back_inserter(statuses), &AccountResult::status);
    const auto status = base::gravest(statuses);
    if (status != base::ExitStatus::ok || std::ranges::any_of(results, something_came)) return status;
    return static_cast<base::ExitStatus>(options.status_if_empty);
}

base::ExitStatus run_fetch(const Globals& globals, const FetchOptions& options)
{
    auto [accounts, mistakes] = choose_accounts(options.accounts, globals);
    for (auto& account : accounts) account = adjusted(std::move(account), options);
    ask_for_passwords(accounts);
    const auto confinement = confine(accounts, globals,
                                     {.mail = options.dry_run ? Errand::Mail::looked_at : Errand::Mail::delivered,
                                      .reads = {options.adopt_from.begin(), options.adopt_from.end()}});
    if (options.dry_run)
        return base::gravest(std::array{report_mistakes(mistakes, globals), run_dry(accounts, options, globals)});

    const auto mistaken = results_of(mistakes);
    const auto names = names_of(accounts, mistaken);
    const auto front = globals.machine() ? json_front() : text_front(globals, names);
    front->confined(confinement);
    for (std::size_t i = 0; i < mistaken.size(); ++i)
        front->report_for(accounts.size() + i, mistaken[i].account)->finished(mistaken[i]);

    std::vector<AccountResult> results(accounts.size());
    fetch_all(accounts, options, globals, *front, results);
    results.insert(results.end(), mistaken.begin(), mistaken.end());

    front->finish(results);
    return status_of(results, options);
}

}

void add_fetch(CLI::App& app, Invocation& invocation)
{
    const auto options = std::make_shared<FetchOptions>();
    auto* command = app.add_subcommand("fetch", "Fetch new mail; what popfetch does without a command");
    add_accounts(*command, options->accounts);
    command
        ->add_option("--to", options->to,
                     "Deliver to maildir:PATH, mbox:PATH, files:DIR or stdout:, whatever the configuration says")
        ->type_name("DELIVER")
        ->check(readable_by([](const std::string& text) { config::parse_deliver(text, "account"); }), "");
    command
        ->add_option("--delete", options->remove, "What to delete on the server: never, fetched, or an age such as 14d")
        ->type_name("RULE")
        ->check(readable_by([](const std::string& text) { config::parse_delete_rule(text); }), "");
    command->add_flag("-n,--dry-run", options->dry_run, "Show what would be done and why, and do nothing");
    add_where(*command, options->where);
    command->add_option("--max-messages", options->max_messages, "At most so many messages of each account")
        ->type_name("N")
        ->check(a_number(1), "");
    command
        ->add_option_function<std::string>(
            "--max-size", [options](const std::string& text) { options->max_size = *base::parse_size(text); },
            "Leave larger messages on the server: 50M")
        ->type_name("SIZE")
        ->check(a_size(), "");
    command->add_flag("--all", options->all, "Also what was fetched before");
    command->add_flag("--force", options->force,
                      "Try failed messages now, do not wait after a refused login, do not mind the guards");
    command->add_flag("--adopt", options->adopt,
                      "Recognise mail that lies at the destination already, and do not fetch it again");
    take_path(
        *command
             ->add_option("--adopt-from", options->adopt_from,
                          "The same, and also what lies in this maildir, mbox or folder of them, such as Thunderbird's")
             ->type_name("PATH")
             ->allow_extra_args(false)
             ->check(CLI::ExistingPath, ""));
    command->add_flag("--mark-fetched", options->mark_fetched,
                      "Take all mail that is on the server as fetched, without a download; it is never deleted there");
    command->add_flag("--accept-new-uids", options->accept_new_uids,
                      "Take mail as new although the server has renumbered it");
    command->add_option("--jobs", options->jobs, "So many accounts at the same time; 8 without this")
        ->type_name("N")
        ->check(a_number(1, 100), "");
    command->add_option("--wait", options->wait, "Wait so long for another run of the same account: 5m")
        ->type_name("TIME")
        ->check(a_duration(), "");
    command
        ->add_option("--exit-code-if-empty", options->status_if_empty,
                     "The exit status when all is well and nothing new came; 0 without this")
        ->type_name("N")
        ->check(a_number(0, 255), "")
        ->excludes("--dry-run");
    command->footer("  popfetch                                      # every account, as cron does\n"
                    "  popfetch fetch work --dry-run\n"
                    "  popfetch fetch work --where 'size<1M'         # the rest another time\n"
                    "  popfetch fetch pops://alice@pop.example.org --to maildir:Mail\n");
    command->callback([&invocation, options] {
        invocation.run = [options](const Globals& globals) { return run_fetch(globals, *options); };
    });
}

}
