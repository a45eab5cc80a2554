#pragma once
// The command line, as a CLI11 application. Tests read the application to hold man page and completions to it.

#include <memory>
#include <string>
#include <vector>

#include "command.hpp"

namespace CLI {
class App;
}

namespace popfetch::cli {

std::unique_ptr<CLI::App> make_parser(Invocation& invocation);

/// The arguments as the parser wants them: with "fetch" put in front when no command is named, so that a cron line is
/// one word, a bare --trace made --trace=-, and "help list" made "list --help".
std::vector<std::string> normalized(std::vector<std::string> arguments);

/// Throws base::Error (EX_USAGE) for "help" and a word that is no command.
void refuse_unknown_page(const std::vector<std::string>& arguments);

}
