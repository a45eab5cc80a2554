#include <memory>

#include <CLI/CLI.hpp>

#include "../accounts.hpp"
#include "../amount.hpp"
#include "../arguments.hpp"
#include "../sandbox.hpp"
#include "../screen.hpp"
#include "../session.hpp"
#include "all.hpp"

namespace popfetch::cli {

namespace {

base::ExitStatus run_stat(const Globals& globals, const std::string& word)
{
    auto account = select_account(word, globals);
    return for_account(account.name, globals, [&] {
        confine(account, globals);
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
            out.write(amount(stat.messages, stat.octets) + "\n");
        return base::ExitStatus::ok;
    });
}

}

void add_stat(CLI::App& app, Invocation& invocation)
{
    const auto word = std::make_shared<std::string>();
    auto* command = app.add_subcommand("stat", "Count the messages on the server, and their octets");
    add_account(*command, *word);
    command->footer("  popfetch stat work\n");
    command->callback(
        [&invocation, word] { invocation.run = [word](const Globals& globals) { return run_stat(globals, *word); }; });
}

}
