#pragma once
// --help: a page for popfetch and one for each command, at most 80 columns wide. What stands there comes from the
// declarations of the options, so that parser and help cannot differ; the footer of a command holds its examples.

#include <memory>
#include <string>

namespace CLI {
class App;
class FormatterBase;
}

namespace popfetch::cli {

std::shared_ptr<CLI::FormatterBase> help_pages();

/// "popfetch list [OPTION...] ACCOUNT|URL [MSG...]"
std::string usage_line(const CLI::App& command);

}
