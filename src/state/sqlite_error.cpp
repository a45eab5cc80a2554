#include "sqlite_error.hpp"

#include <cerrno>
#include <new>
#include <string>

#include <sqlite3.h>

#include <popfetch/base/interrupt.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/state/ledger.hpp>

namespace popfetch::state {
namespace {

std::string name(const base::Path& path) { return base::printable(path.string()); }

std::string_view operation(int code)
{
    switch (code) {
    case SQLITE_IOERR_READ:
    case SQLITE_IOERR_SHORT_READ: return "read";
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC: return "sync";
    case SQLITE_IOERR_LOCK:
    case SQLITE_IOERR_SHMLOCK: return "lock";
    default: return "write";
    }
}

[[noreturn]] void throw_input_output(sqlite3* connection, int code, const base::Path& path)
{
    const int error = connection ? sqlite3_system_errno(connection) : 0;
    throw base::SystemError{operation(code), path.string(), error ? error : EIO};
}

[[noreturn]] void throw_busy(const base::Path& path)
{
    base::throw_if_interrupted();
    throw Busy{path};
}

[[noreturn]] void throw_cannot_open(sqlite3* connection, const base::Path& path)
{
    const int error = connection ? sqlite3_system_errno(connection) : 0;
    throw base::SystemError{"open", path.string(), error ? error : EACCES};
}

}

Busy::Busy(const base::Path& path)
    : base::Error{base::ExitStatus::temporary, "lock.busy", name(path) + ": another run is at work on this account",
                  "wait for it to end, or see what it waits for"}
{
}

void throw_damaged(sqlite3* connection, const base::Path& path, std::string_view what)
{
    if (connection) sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    throw Corrupt{base::ExitStatus::data, "state.damaged",
                  name(path) + ": the ledger is damaged: " + base::printable(what),
                  "popfetch repair " + base::printable(path.stem().string()) +
                      " saves every record that can be read and keeps this file"};
}

void throw_sqlite_error(sqlite3* connection, int code, const base::Path& path)
{
    switch (code & 0xff) {
    case SQLITE_FULL: throw base::SystemError{"write", path.string(), ENOSPC};
    case SQLITE_IOERR: throw_input_output(connection, code, path);
    case SQLITE_CANTOPEN: throw_cannot_open(connection, path);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH: throw base::SystemError{"write", path.string(), EACCES};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: throw_busy(path);
    case SQLITE_NOMEM: throw std::bad_alloc{};
    // The statements are ours and were tested: what they cannot be applied to is not the file that they were written
    // for.
    default: throw_damaged(connection, path, connection ? sqlite3_errmsg(connection) : sqlite3_errstr(code));
    }
}

}
