#pragma once
// What a command for secrets gets of our environment: see command.hpp.

#include <string>
#include <vector>

namespace popfetch::config {

/// "NAME=value"; of PATH only the absolute folders.
std::vector<std::string> clean_environment();

}
