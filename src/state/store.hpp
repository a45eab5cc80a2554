#pragma once
// An open ledger: the lock, the database, its tables. What stands in ledger.hpp is written on top of it.

#include <memory>
#include <mutex>
#include <optional>

#include <popfetch/state/ledger.hpp>

#include "database.hpp"
#include "lock.hpp"
#include "records.hpp"
#include "schema.hpp"

namespace popfetch::state {

/// The files beside the ledger.
base::Path folder_of(const base::Path& ledger);
base::Path beside(const base::Path& ledger, std::string_view suffix);
constexpr std::string_view lock_suffix = ".lock", log_suffix = "-wal", journal_suffix = "-journal",
                           shared_memory_suffix = "-shm", repaired_suffix = ".repaired";

/// True for a file that is there and not empty.
bool has_content(const base::Path& file);

class Store {
public:
    /// As Ledger::open.
    static std::unique_ptr<Store> open_to_write(const base::Path& path, std::chrono::milliseconds wait);
    static std::unique_ptr<Store> open_to_read(const base::Path& path);
    static std::unique_ptr<Store> open_copy(const base::Path& path);
    /// The part after locking; the lock may be missing for a file that nobody else knows.
    static std::unique_ptr<Store> open_locked(const base::Path& path, std::optional<Lock> lock, Journaling journaling);

    const Database& database() const { return *database_; }
    Records& records() { return records_; }
    std::mutex& mutex() { return mutex_; }
    /// No message had been recorded when it was opened.
    bool was_new() const { return was_new_; }

    /// Throws when an earlier commit failed: what of it is on the disk is known only after a reopening.
    void require_sound() const;
    /// After a failure nothing more is written, the log is left as it is.
    void commit(Change& change);

private:
    Store(std::optional<Lock> lock, std::unique_ptr<Database> database);

    std::optional<Lock> lock_;
    std::unique_ptr<Database> database_;
    Records records_;
    std::mutex mutex_;
    bool was_new_ = false, failed_ = false;
};

}
