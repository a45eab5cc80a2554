#pragma once
// Words of the command line that mean every account of such a name, as in fnmatch(3): box2*, box?, box[12].

#include <string>
#include <string_view>

namespace popfetch::cli {

/// No account's name is one, and no URL.
bool is_pattern(std::string_view word);
bool matches(const std::string& pattern, const std::string& name);

}
