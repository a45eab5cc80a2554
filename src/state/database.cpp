#include "database.hpp"

#include <poll.h>
#include <sqlite3.h>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/interrupt.hpp>

#include "sqlite_error.hpp"

namespace popfetch::state {
namespace {

/// Readers and a run beside each other wait for milliseconds; half a minute means that something hangs.
int wait_for_other(void*, int times_before)
{
    constexpr int pause = 10, most = 3000;
    if (times_before >= most || base::interrupt_signal()) return 0;
    pollfd wake{base::wake_descriptor(), POLLIN, 0};
    ::poll(&wake, 1, pause);
    return 1;
}

/// A URI (RFC 3986) for the one option that has no flag.
std::string immutable_uri(const base::Path& path)
{
    constexpr std::string_view digits = "0123456789ABCDEF", plain = "-._~/";
    std::string uri = "file:";
    for (const char c : path.string()) {
        const auto byte = static_cast<unsigned char>(c);
        const bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (word || plain.find(c) != std::string_view::npos)
            uri += c;
        else
            uri.append({'%', digits[byte >> 4], digits[byte & 15]});
    }
    return uri + "?immutable=1";
}

int open_connection(const base::Path& path, Database::Purpose purpose, sqlite3** handle)
{
    if (purpose == Database::Purpose::scratch)
        return sqlite3_open_v2(":memory:", handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    // Absolute, so that no name can be taken for ":memory:" or for a URI.
    const auto full = std::filesystem::absolute(path);
    if (purpose == Database::Purpose::unchanging)
        return sqlite3_open_v2(immutable_uri(full).c_str(), handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr);
    return sqlite3_open_v2(full.c_str(), handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
}

constexpr const char* settings = "PRAGMA trusted_schema = OFF;"
                                 "PRAGMA cell_size_check = ON;"
                                 "PRAGMA secure_delete = OFF;"
                                 "PRAGMA temp_store = MEMORY;"
                                 "PRAGMA fullfsync = ON;" // macOS: fsync alone does not reach the disk
                                 "PRAGMA checkpoint_fullfsync = ON;";

}

void Database::Closer::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

Database::Database(const base::Path& path, Purpose purpose) : path_{path}
{
    sqlite3* opened = nullptr;
    const int code = open_connection(path, purpose, &opened);
    handle_.reset(opened); // there is one even after most failures
    if (code != SQLITE_OK) throw_sqlite_error(opened, code, path);
    sqlite3_extended_result_codes(opened, 1);
    sqlite3_busy_handler(opened, wait_for_other, nullptr);
    sqlite3_db_config(opened, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    if (purpose == Purpose::read) leave_untouched();
    execute(settings);
}

void Database::execute(const char* sql) const
{
    if (const int code = sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr); code != SQLITE_OK)
        throw_sqlite_error(handle(), code, path_);
}

std::int64_t Database::integer(std::string_view sql) const
{
    Statement statement{*this, sql};
    Query query{statement};
    return query.next() ? query.integer(0) : 0;
}

std::string Database::text(std::string_view sql) const
{
    Statement statement{*this, sql};
    Query query{statement};
    return query.next() ? std::string{query.bytes(0)} : std::string{};
}

void Database::take_over(const Database& other) const
{
    auto* const backup = sqlite3_backup_init(handle(), "main", other.handle(), "main");
    if (backup == nullptr) throw_sqlite_error(handle(), sqlite3_errcode(handle()), path_);
    constexpr int all_pages = -1;
    const int copied = sqlite3_backup_step(backup, all_pages);
    const int finished = sqlite3_backup_finish(backup);
    if (copied != SQLITE_DONE) throw_sqlite_error(handle(), finished == SQLITE_OK ? copied : finished, path_);
}

void Database::leave_untouched() const { sqlite3_db_config(handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr); }

Statement::Statement(const Database& database, std::string_view sql) : database_{database}
{
    const int code = sqlite3_prepare_v3(database.handle(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &handle_, nullptr);
    if (code != SQLITE_OK) throw_sqlite_error(database.handle(), code, database.path());
}

Statement::~Statement() { sqlite3_finalize(handle_); }

Query::~Query() { sqlite3_reset(statement_.handle_); }

void Query::check(int code) const
{
    if (code != SQLITE_OK) throw_sqlite_error(statement_.database_.handle(), code, statement_.database_.path());
}

void Query::bind(int index, std::int64_t value) { check(sqlite3_bind_int64(statement_.handle_, index, value)); }

void Query::bind(int index, std::string_view text)
{
    // A null pointer would bind NULL.
    const char* const data = text.empty() ? "" : text.data();
    check(sqlite3_bind_text64(statement_.handle_, index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Query::bind(int index, Blob blob)
{
    const char* const data = blob.bytes.empty() ? "" : blob.bytes.data();
    check(sqlite3_bind_blob64(statement_.handle_, index, data, blob.bytes.size(), SQLITE_STATIC));
}

bool Query::next()
{
    const int code = sqlite3_step(statement_.handle_);
    if (code == SQLITE_ROW) return true;
    check(code == SQLITE_DONE ? SQLITE_OK : code);
    return false;
}

std::int64_t Query::integer(int column) const { return sqlite3_column_int64(statement_.handle_, column); }

std::string_view Query::bytes(int column) const
{
    const auto* const data = static_cast<const char*>(sqlite3_column_blob(statement_.handle_, column));
    return {data ? data : "", static_cast<std::size_t>(sqlite3_column_bytes(statement_.handle_, column))};
}

Transaction::Transaction(const Database& database, Kind kind) : database_{database}
{
    database.execute(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction()
{
    if (open_) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit()
{
    database_.execute("COMMIT");
    open_ = false;
}

}
