#include <array>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "../accounts.hpp"
#include "../amount.hpp"
#include "../arguments.hpp"
#include "../one_by_one.hpp"
#include "../sandbox.hpp"
#include "../screen.hpp"
#include "../session.hpp"
#include "all.hpp"

namespace popfetch::cli {

namespace {

base::ExitStatus stat_one(const config::Account& account, bool is_alone, const Globals& globals)
{
    SessionReport seen;
    auto maildrop = open_maildrop(account, {trace_to(globals, ""), nullptr, {}, pop3::Pipelining::none()}, seen);
    const auto stat = maildrop.stat();
    std::move(maildrop).quit();

    StandardOutput out;
    if (globals.machine())
        out.write(output::to_json_line({{"account", account.name},
                                        {"host", account.dial.host},
                                        {"count", stat.messages},
                                        {"octets", output::Octets{stat.octets}}}));
    else
        out.write((is_alone ? "" : account.name + ": ") + amount(stat.messages, stat.octets) + "\n");
    return base::ExitStatus::ok;
}

base::ExitStatus run_stat(const Globals& globals, const std::vector<std::string>& words)
{
    auto [accounts, mistakes] = choose_accounts(words, globals);
    const bool is_alone = accounts.size() == 1 && mistakes.empty();
    const auto status = report_mistakes(mistakes, globals);
    confine(accounts, globals);
    const auto counted =
        one_by_one(accounts, globals, [&](const auto& account) { return stat_one(account, is_alone, globals); });
    return base::gravest(std::array{status, counted});
}

}

void add_stat(CLI::App& app, Invocation& invocation)
{
    const auto words = std::make_shared<std::vector<std::string>>();
    auto* command = app.add_subcommand("stat", "Count the messages on the server, and their octets");
    add_accounts(*command, *words);
    command->footer("  popfetch stat work\n"
                    "  popfetch stat 'work*'                         # every enabled account of such a name\n");
    command->callback([&invocation, words] {
        invocation.run = [words](const Globals& globals) { return run_stat(globals, *words); };
    });
}

}
