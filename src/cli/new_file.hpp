#pragma once
// Files that a command makes for its user, under names that strangers may have chosen. Nothing is ever overwritten, and
// nothing half-written has its name.

#include <functional>
#include <string>
#include <string_view>

#include <popfetch/base/byte_sink.hpp>
#include <popfetch/base/file.hpp>

namespace popfetch::cli {

/// A foreign name as the name of one file: the part behind its last slash or backslash, nothing that a terminal would
/// obey, no dot, hyphen or blank in front, 200 octets at most, its extension kept. What leaves nothing is `otherwise`.
std::string safe_name(std::string_view foreign, const std::string& otherwise);

using Fill = std::function<void(base::ByteSink&)>;

/// A new file. Throws base::SystemError, for a name that is taken too.
void make_file(const base::Path& path, const Fill& fill);

struct Stored {
    base::Path path;
    bool was_there = false; // the same octets, under this name
    bool renamed = false;   // the name was taken by something else: there is a number in it now
};

/// A file in a folder, under `name` or, where that is taken, as name-2, name-3 and so on. Where one of these holds the
/// same octets, that is it. Throws base::SystemError.
Stored make_file_in(const base::Path& folder, const std::string& name, const Fill& fill);

}
