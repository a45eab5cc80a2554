#pragma once
// A subcommand: one file in commands/, one line in commands.cpp.
//
// add_x() declares it to the parser; when it was given, its callback leaves behind what to run.

#include <functional>
#include <span>
#include <string_view>

#include <popfetch/base/exit_status.hpp>

#include "options.hpp"

namespace CLI {
class App;
}

namespace popfetch::cli {

/// What the parsed command line asks for.
struct Invocation {
    Globals globals;
    std::function<base::ExitStatus(const Globals&)> run;
};

struct Command {
    std::string_view name;
    void (*add)(CLI::App& app, Invocation& invocation);
};

/// Every command, in the order of --help.
std::span<const Command> commands();

}
