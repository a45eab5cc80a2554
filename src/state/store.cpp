#include "store.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file_system.hpp"
#include "repair.hpp"

namespace popfetch::state {
namespace {

/// 0600 whatever the umask; SQLite gives the files beside it the same mode.
void create_file(const base::Path& path)
{
    const auto fd = base::open_file(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    if (::fchmod(fd.get(), 0600) != 0) throw base::SystemError{"create", path.string(), errno};
}

/// SQLite would open a file that cannot be written for reading, and complain at the first message.
void require_writable(const base::Path& path)
{
    if (::access(path.c_str(), W_OK) != 0) throw base::SystemError{"write", path.string(), errno};
}

/// As far as can be seen without trying.
void require_creatable(const base::Path& path)
{
    std::error_code error; // what cannot be looked at cannot be created in
    auto missing = std::filesystem::absolute(path);
    while (missing.has_relative_path() && !std::filesystem::exists(missing.parent_path(), error))
        missing = missing.parent_path();
    if (::access(missing.parent_path().c_str(), W_OK | X_OK) != 0)
        throw base::SystemError{"create", missing.string(), errno};
}

void create_tables(const Database& database)
{
    create_schema(database);
    base::sync_folder(folder_of(database.path()));
}

/// Everything that is said against the file is said here, before anything is fetched.
void check(const Database& database, bool unclean, std::uintmax_t size)
{
    check_schema(database);
    if (unclean || is_older(database))
        check_pages(database);
    else
        check_length(database, size);
    if (is_older(database)) Records{database}.renew_checksums();
}

bool can_write_beside(const base::Path& path)
{
    return ::access(path.c_str(), W_OK) == 0 && ::access(folder_of(path).c_str(), W_OK) == 0;
}

/// In memory: who only reads leaves the file in the format that it has.
std::unique_ptr<Database> todays_copy(const Database& older)
{
    auto copy = std::make_unique<Database>(older.path(), Database::Purpose::scratch);
    copy->take_over(older);
    Records{*copy}.renew_checksums();
    return copy;
}

/// Nothing where there is none, or where a run is just creating it.
std::unique_ptr<Database> for_reading(const base::Path& path)
{
    if (!Ledger::exists(path)) return nullptr;
    const auto purpose = can_write_beside(path) ? Database::Purpose::read : Database::Purpose::unchanging;
    auto database = std::make_unique<Database>(path, purpose);
    check_version(*database);
    if (is_blank(*database)) return nullptr;
    check_schema(*database);
    if (is_older(*database)) return todays_copy(*database);
    database->execute("PRAGMA query_only = ON");
    return database;
}

}

base::Path folder_of(const base::Path& ledger)
{
    return ledger.has_parent_path() ? ledger.parent_path() : base::Path{"."};
}

base::Path beside(const base::Path& ledger, std::string_view suffix) { return base::Path{ledger} += suffix; }

bool has_content(const base::Path& file)
{
    struct stat about = {};
    return ::stat(file.c_str(), &about) == 0 && about.st_size > 0;
}

Store::Store(std::optional<Lock> lock, std::unique_ptr<Database> database)
    : lock_{std::move(lock)}, database_{std::move(database)}, records_{*database_}, was_new_{records_.totals().last ==
                                                                                             0}
{
}

std::unique_ptr<Store> Store::open_locked(const base::Path& path, std::optional<Lock> lock, Journaling journaling)
{
    const bool unclean = has_content(beside(path, log_suffix)) || has_content(beside(path, journal_suffix));
    const auto size = std::filesystem::file_size(path);
    auto database = std::make_unique<Database>(path, Database::Purpose::write);
    check_version(*database);
    set_journaling(*database, journaling);
    if (is_blank(*database))
        create_tables(*database);
    else
        check(*database, unclean, size);
    return std::unique_ptr<Store>{new Store{std::move(lock), std::move(database)}};
}

std::unique_ptr<Store> Store::open_to_write(const base::Path& path, std::chrono::milliseconds wait)
{
    const auto folder = folder_of(path);
    base::create_folders(folder);
    Lock lock{beside(path, lock_suffix), wait, path};
    finish_repair(path);
    if (!Ledger::exists(path)) create_file(path);
    require_writable(path);
    return open_locked(path, std::move(lock), is_remote(folder) ? Journaling::rollback : Journaling::log);
}

std::unique_ptr<Store> Store::open_to_read(const base::Path& path)
{
    auto database = for_reading(path);
    if (!database) throw base::SystemError{"open", path.string(), ENOENT};
    return std::unique_ptr<Store>{new Store{std::nullopt, std::move(database)}};
}

std::unique_ptr<Store> Store::open_copy(const base::Path& path)
{
    Ledger::exists(path) ? require_writable(path) : require_creatable(path);
    auto scratch = std::make_unique<Database>(path, Database::Purpose::scratch);
    if (const auto original = for_reading(path))
        scratch->take_over(*original);
    else
        create_schema(*scratch);
    return std::unique_ptr<Store>{new Store{std::nullopt, std::move(scratch)}};
}

void Store::require_sound() const
{
    if (failed_) throw base::SystemError{"write", database_->path().string(), EIO};
}

void Store::commit(Change& change)
{
    try {
        change.commit();
    } catch (...) {
        failed_ = true;
        database_->leave_untouched();
        throw;
    }
}

}
