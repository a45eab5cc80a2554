#include <popfetch/cli/main.hpp>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <popfetch/base/error.hpp>
#include <popfetch/base/interrupt.hpp>
#include <popfetch/base/secret.hpp>

#include "command.hpp"
#include "parser.hpp"
#include "screen.hpp"
#include "usage.hpp"

namespace popfetch::cli {

namespace {

base::ExitStatus carry_out(const Invocation& invocation)
{
    try {
        base::catch_signals();
        base::protect_process();
        return invocation.run(invocation.globals);
    } catch (const base::Error& error) {
        return report_error(error, {}, invocation.globals);
    } catch (const std::bad_alloc&) {
        say("popfetch: out of memory");
        return base::ExitStatus::temporary;
    } catch (const std::exception& error) {
        say(std::string{"popfetch: "} + error.what());
        return base::ExitStatus::temporary;
    }
}

// A line that could not be read may still have said in which form it wants to hear of it.
Globals wanted_form(const std::vector<std::string>& arguments)
{
    Globals globals;
    globals.json = std::ranges::find(arguments, "--json") != arguments.end();
    globals.ndjson = std::ranges::find(arguments, "--ndjson") != arguments.end();
    return globals;
}

// Standard output is a file like any other: a page that could not be written whole is an error (FAULTS O06).
int show(const CLI::App& app, const CLI::ParseError& page)
{
    std::ostringstream text;
    const int status = app.exit(page, text, text);
    StandardOutput{}.write(text.str());
    return status;
}

// --help and --version arrive here too.
int refuse(const CLI::App& app, const CLI::ParseError& error, const Globals& globals)
{
    try {
        if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return show(app, error);
        throw usage_error(app, error);
    } catch (const base::Error& refusal) {
        return static_cast<int>(app.got_subcommand("check") ? report_unknown(refusal, globals)
                                                            : report_error(refusal, {}, globals));
    }
}

}

int main(int argc, char** argv)
{
    Invocation invocation;
    const auto app = make_parser(invocation);
    const std::vector<std::string> given{argv + 1, argv + argc};
    const auto arguments = normalized(given);
    try {
        refuse_unknown_page(given);
        app->parse(std::vector<std::string>{arguments.rbegin(), arguments.rend()}); // CLI11 wants the last one first
    } catch (const CLI::ParseError& error) {
        return refuse(*app, error, wanted_form(arguments));
    } catch (const base::Error& error) {
        return static_cast<int>(report_error(error, {}, wanted_form(arguments)));
    }
    return static_cast<int>(carry_out(invocation));
}

}
