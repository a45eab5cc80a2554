#include <memory>

#include <CLI/CLI.hpp>

#include <popfetch/base/printable.hpp>
#include <popfetch/base/units.hpp>

#include "../accounts.hpp"
#include "../arguments.hpp"
#include "../diagnosis.hpp"
#include "../sandbox.hpp"
#include "../screen.hpp"
#include "all.hpp"

namespace popfetch::cli {

namespace {

base::ExitStatus run_info(const Globals& globals, const std::string& word)
{
    auto account = select_account(word, globals);
    confine(account, globals);
    const auto diagnosis = diagnose(account, globals);
    StandardOutput out;
    if (globals.machine())
        out.write(output::to_json_line(to_record(diagnosis)));
    else
        out.write(to_text(diagnosis));
    if (!diagnosis.error) return base::ExitStatus::ok;
    if (!globals.machine()) report_error(*diagnosis.error, account.name, globals);
    return diagnosis.error->status();
}

}

void add_info(CLI::App& app, Invocation& invocation)
{
    const auto word = std::make_shared<std::string>();
    auto* command = app.add_subcommand("info", "Examine a server and a login: addresses, TLS, capabilities, times");
    add_account(*command, *word);
    command->footer("  popfetch info work\n"
                    "  popfetch info pops://alice@pop.example.org\n"
                    "  popfetch info pops://pop.example.org           # no user: no login\n");
    command->callback(
        [&invocation, word] { invocation.run = [word](const Globals& globals) { return run_info(globals, *word); }; });
}

}
