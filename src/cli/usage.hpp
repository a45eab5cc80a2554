#pragma once
// A command line that cannot be understood, in words: what is wrong with it and what would be right.

#include <popfetch/base/error.hpp>

namespace CLI {
class App;
class ParseError;
}

namespace popfetch::cli {

/// EX_USAGE: "usage.option" (there is none of this name), "usage.missing", "usage.value", "usage.word" (one too many),
/// "usage.together" (these two exclude each other).
base::Error usage_error(const CLI::App& app, const CLI::ParseError& error);

}
