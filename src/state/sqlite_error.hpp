#pragma once
// What SQLite's result codes mean to the user: a full disk, a damaged file, another process.

#include <string_view>

#include <popfetch/base/file.hpp>

struct sqlite3;

namespace popfetch::state {

/// Corrupt, EX_DATAERR: `what` says what is wrong with the file; the advice is to repair it. The connection will close
/// without bringing its log into the file: both are evidence.
[[noreturn]] void throw_damaged(sqlite3* connection, const base::Path& path, std::string_view what);

/// For a call that returned `code`. `connection` may be null when there is none.
[[noreturn]] void throw_sqlite_error(sqlite3* connection, int code, const base::Path& path);

}
