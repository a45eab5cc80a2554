#pragma once
// Files that are believed only when nobody else can have written them, and, when they hold a secret, read them. They
// are opened once; what is checked is the open descriptor, and that descriptor is read (FAULTS C01, C07).
//
// A symbolic link is followed, since dotfiles are often kept elsewhere and linked: the file that it leads to must pass
// the same checks, and so must the folders of both names. An access control list shows as group bits, so it is covered.

#include <string>

#include <popfetch/base/fd.hpp>
#include <popfetch/base/file.hpp>

namespace popfetch::config {

enum class Holds { settings, secret };

/// Opens for reading. Throws Invalid "config.missing" when it is not there or may not be read.
base::Fd open_for_reading(const base::Path& path);

/// Throws Invalid "config.permissions", which names the file and the command that mends it.
void check_permissions(int fd, const base::Path& path, Holds holds);

/// All of it, for a file that holds a secret: opened, checked, read; at most `limit` octets. Wiping is the caller's.
std::string read_secret_file(const base::Path& path, std::size_t limit);

}
