#include <memory>

#include <CLI/CLI.hpp>

#include "../accounts.hpp"
#include "../amount.hpp"
#include "../arguments.hpp"
#include "../screen.hpp"
#include "all.hpp"

namespace popfetch::cli {

namespace {

base::ExitStatus run_repair(const Globals& globals, const std::string& word)
{
    const auto account = select_account(word, globals);
    return for_account(account.name, globals, [&] {
        const auto path = ledger_of(account, globals);
        if (!state::Ledger::exists(path))
            throw base::Error{base::ExitStatus::data, "state.missing", path.string() + ": there is no ledger",
                              "the first fetch makes one"};
        const auto saved = state::Ledger::repair(path);
        StandardOutput out;
        if (globals.machine())
            out.write(output::to_json_line(
                {{"account", account.name}, {"ledger", path.string()}, {"saved", std::uint64_t{saved}}}));
        else if (!globals.quiet)
            out.write("saved " + counted(saved, "record") + "; the damaged file is kept beside " + path.string() +
                      "\nWhat is missing would be fetched again; \"popfetch fetch --adopt\" recognises what is here.\n");
        return base::ExitStatus::ok;
    });
}

}

void add_repair(CLI::App& app, Invocation& invocation)
{
    const auto word = std::make_shared<std::string>();
    auto* command = app.add_subcommand("repair", "Save every readable record of a damaged ledger");
    add_account(*command, *word);
    command->footer("  popfetch repair work\n");
    command->callback([&invocation, word] {
        invocation.run = [word](const Globals& globals) { return run_repair(globals, *word); };
    });
}

}
