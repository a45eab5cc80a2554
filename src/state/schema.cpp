#include "schema.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include <popfetch/base/printable.hpp>
#include <popfetch/state/ledger.hpp>

#include "sqlite_error.hpp"

namespace popfetch::state {
namespace {

constexpr std::int64_t version = 2, oldest_known = 1;

constexpr std::array<const char*, 3> tables{
    "CREATE TABLE message(seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, standing INTEGER NOT NULL, "
    "deletion_wanted INTEGER NOT NULL, size INTEGER NOT NULL, since INTEGER NOT NULL, absent_since INTEGER NOT NULL, "
    "next_try INTEGER NOT NULL, attempts INTEGER NOT NULL, target TEXT NOT NULL, place TEXT NOT NULL, token TEXT NOT "
    "NULL, "
    "kind TEXT NOT NULL, reason TEXT NOT NULL, seal INTEGER NOT NULL)",
    "CREATE TABLE seal(one INTEGER PRIMARY KEY, messages INTEGER NOT NULL, promised INTEGER NOT NULL, last INTEGER NOT "
    "NULL, "
    "sum INTEGER NOT NULL)",
    "CREATE TABLE fact(name TEXT PRIMARY KEY, value BLOB NOT NULL, seal INTEGER NOT NULL) WITHOUT ROWID",
};

std::vector<std::string> tables_in(const Database& database)
{
    Statement statement{database, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rootpage"};
    Query query{statement};
    std::vector<std::string> found;
    while (query.next()) found.emplace_back(query.bytes(0));
    return found;
}

std::int64_t version_of(const Database& database) { return database.integer("PRAGMA user_version"); }

}

void set_journaling(const Database& database, Journaling wanted)
{
    // A ledger that comes from a local disk may still be in WAL mode, and without shared memory only a sole owner can
    // leave it.
    if (wanted == Journaling::rollback) database.execute("PRAGMA locking_mode = EXCLUSIVE");
    const auto mode =
        database.text(wanted == Journaling::log ? "PRAGMA journal_mode = WAL" : "PRAGMA journal_mode = DELETE");
    database.execute(mode == "wal" ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = EXTRA");
    if (wanted == Journaling::rollback) database.execute("PRAGMA locking_mode = NORMAL");
}

// Where the making of a ledger was cut short, the file is empty or has one page. A longer one held something once, even
// if its first page has forgotten what.
bool is_blank(const Database& database)
{
    if (version_of(database) != 0 || !tables_in(database).empty()) return false;
    constexpr std::uintmax_t page = 4096; // SQLite's since 3.12; what the file itself says of it may be damaged too
    return std::filesystem::file_size(database.path()) <= page;
}

void set_version(const Database& database)
{
    database.execute(("PRAGMA user_version = " + std::to_string(version)).c_str());
}

bool is_older(const Database& database) { return version_of(database) < version; }

void create_schema(const Database& database)
{
    Transaction transaction{database, Transaction::Kind::write};
    for (const auto* table : tables) database.execute(table);
    database.execute("INSERT INTO seal VALUES(1, 0, 0, 0, 0)");
    database.execute("PRAGMA application_id = 0x706f7066"); // "popf", for file(1)
    set_version(database);
    transaction.commit();
}

void check_version(const Database& database)
{
    const auto found = version_of(database);
    if (found <= version) return;
    database.leave_untouched();
    throw Corrupt{base::ExitStatus::config, "state.newer",
                  base::printable(database.path().string()) + ": written by a newer popfetch (format " +
                      std::to_string(found) + ", this one knows " + std::to_string(version) + ")",
                  "use the newer popfetch; nothing was changed"};
}

void check_schema(const Database& database)
{
    const auto found = version_of(database);
    if (found < oldest_known || found > version || !std::ranges::equal(tables_in(database), tables))
        throw_damaged(database.handle(), database.path(), "its tables are not those of a ledger");
}

void check_pages(const Database& database)
{
    const auto result = database.text("PRAGMA quick_check(1)");
    if (result != "ok") throw_damaged(database.handle(), database.path(), result);
}

void check_length(const Database& database, std::uintmax_t file_size)
{
    const auto pages = static_cast<std::uintmax_t>(database.integer("PRAGMA page_count"));
    const auto expected = pages * static_cast<std::uintmax_t>(database.integer("PRAGMA page_size"));
    if (file_size != expected)
        throw_damaged(database.handle(), database.path(),
                      std::to_string(file_size) + " octets long, not " + std::to_string(expected));
}

}
