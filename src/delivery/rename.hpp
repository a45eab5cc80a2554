#pragma once
// A rename that never replaces anything, on every file system.

#include <string>

namespace popfetch::delivery {

/// 0, or the errno; EEXIST when `to` is taken. Where the file system cannot do it in one step, a link is made and the
/// old name removed: a crash between the two leaves both names of one file.
int rename_to_free_name(int from_folder, const std::string& from, int to_folder, const std::string& to) noexcept;

}
