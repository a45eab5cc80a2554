#include <memory>

#include <CLI/CLI.hpp>

#include "../accounts.hpp"
#include "../arguments.hpp"
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
    auto* command = app.add_subcommand("shell", "Work in a mailbox by hand: ls, head, cat, save, rm, undo, quit");
    add_account(*command, *word);
    command->footer("  popfetch shell work\n"
                    "  printf 'rm 3-5\\nquit\\n' | popfetch shell work   # from a script, nobody is asked\n");
    command->callback(
        [&invocation, word] { invocation.run = [word](const Globals& globals) { return run_shell(globals, *word); }; });
}

}
