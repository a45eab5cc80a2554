#pragma once
// The tables of a ledger, and whether a file has them. PRAGMA user_version is the format's number.
//
//   message   one row for each id. seq counts what the user sees as events (promised, failed), so the newest come last,
//   and what is
//             owed is found at the end. absent_since: when a complete listing first lacked it; 0 while it is listed.
//   seal      one row: how many messages, how many of them promised, the last seq given, the sum of all checksums (mod
//   2^64) fact      what is remembered of account and server
//
// Each row of message and fact has the checksum of its other columns in `seal` (record.hpp).

#include <cstddef>

#include "database.hpp"

namespace popfetch::state {

enum class Journaling {
    log,      // WAL, synchronous=FULL: a transaction is one sync, readers beside it
    rollback, // DELETE, synchronous=EXTRA: works on network file systems
};

/// Chooses the journal; a database that cannot have the log gets the other.
void set_journaling(const Database& database, Journaling wanted);

/// True for an empty database: nothing was ever created in it. One that was emptied, or damaged until it looks so, is
/// not blank but Corrupt.
bool is_blank(const Database& database);
void create_schema(const Database& database);

/// True for format 1, which had checksums of its own making; Records::renew_checksums ends that.
bool is_older(const Database& database);
/// Makes the file's format that of today.
void set_version(const Database& database);

/// Throws Corrupt: EX_CONFIG for a newer format, EX_DATAERR for what is not a ledger.
void check_version(const Database& database);
void check_schema(const Database& database);

/// PRAGMA quick_check; after an unclean end.
void check_pages(const Database& database);
/// After a clean end the file is as long as its header says; longer or shorter, somebody else was here. `file_size` was
/// taken when no log lay beside it.
void check_length(const Database& database, std::uintmax_t file_size);

}
