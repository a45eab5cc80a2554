#include <popfetch/cli/main.hpp>

#include <algorithm>

#include <CLI/CLI.hpp>

#include <popfetch/base/error.hpp>
#include <popfetch/base/interrupt.hpp>
#include <popfetch/base/secret.hpp>

#include "command.hpp"
#include "parser.hpp"
#include "screen.hpp"

namespace popfetch::cli {

namespace {

base::ExitStatus carry_out(const Invocation& invocation)
{
    try {
        base::catch_signals();
        base::protect_process();
        return invocation.run(invocation.globals);
    } catch (const base::Error& error) {
        report_error(error, {}, invocation.globals);
        return error.status();
    } catch (const std::bad_alloc&) {
        say("popfetch: out of memory");
        return base::ExitStatus::temporary;
    } catch (const std::exception& error) {
        say(std::string{"popfetch: "} + error.what());
        return base::ExitStatus::temporary;
    }
}

int refuse(const CLI::App& app, const CLI::ParseError& error)
{
    // --help and --version arrive here too.
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return app.exit(error);
    // What was written behind "--password=" is not shown once more (FAULTS C02).
    const std::string what = error.what();
    const bool unknown = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError);
    say("popfetch: " + (unknown ? what.substr(0, what.find('=')) : what) + "; see popfetch --help");
    return static_cast<int>(base::ExitStatus::usage);
}

}

int main(int argc, char** argv)
{
    Invocation invocation;
    const auto app = make_parser(invocation);
    auto arguments = normalized({argv + 1, argv + argc});
    std::ranges::reverse(arguments); // as CLI11 wants them
    try {
        app->parse(arguments);
    } catch (const CLI::ParseError& error) {
        return refuse(*app, error);
    }
    return static_cast<int>(carry_out(invocation));
}

}
