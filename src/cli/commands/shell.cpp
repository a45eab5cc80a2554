#include <memory>

#include <CLI/CLI.hpp>

#include "../accounts.hpp"
#include "../screen.hpp"
#include "../shell/shell.hpp"
#include "all.hpp"

namespace popfetch::cli {

namespace {

base::ExitStatus run_shell(const Globals& globals, const std::string& word)
{
    const auto account = select_account(word, globals);
    return for_account(account.name, globals, [&] {
        Mailbox mailbox{account, globals};
        return Shell{mailbox, globals}.run();
    });
}

}

void add_shell(CLI::App& app, Invocation& invocation)
{
    const auto word = std::make_shared<std::string>();
    auto* command =
        app.add_subcommand("shell", "A session by hand: ls, head, cat, save, rm, undo, stat, capa, raw, quit, abort");
    command->add_option("account", *word, "Account of the configuration, or a URL")
        ->type_name("ACCOUNT|URL")
        ->required();
    command->callback(
        [&invocation, word] { invocation.run = [word](const Globals& globals) { return run_shell(globals, *word); }; });
}

}
