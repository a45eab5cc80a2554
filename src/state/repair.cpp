#include "repair.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <popfetch/state/ledger.hpp>

#include "records.hpp"
#include "schema.hpp"
#include "sqlite_error.hpp"
#include "store.hpp"

namespace popfetch::state {
namespace {

constexpr std::string_view rebuild_suffix = ".rebuild";
constexpr std::array logs{log_suffix, journal_suffix};

void remove_file(const base::Path& file)
{
    if (::unlink(file.c_str()) != 0 && errno != ENOENT) throw base::SystemError{"remove", file.string(), errno};
}

void remove_with_logs(const base::Path& database)
{
    remove_file(database);
    for (const auto suffix : {log_suffix, journal_suffix, shared_memory_suffix}) remove_file(beside(database, suffix));
}

void rename_file(const base::Path& from, const base::Path& to)
{
    if (std::rename(from.c_str(), to.c_str()) != 0) throw base::SystemError{"rename", from.string(), errno};
}

/// A block that the disk does not give back becomes zeros: the rest of the file is worth having.
std::string read_block(int fd, std::uint64_t offset, std::size_t size, const base::Path& path)
{
    std::string block(size, '\0');
    const auto got = ::pread(fd, block.data(), size, static_cast<off_t>(offset));
    if (got < 0 && errno != EIO) throw base::SystemError{"read", path.string(), errno};
    if (got > 0) block.resize(static_cast<std::size_t>(got));
    return block;
}

void copy_blocks(const base::Path& from, const base::Path& to)
{
    constexpr std::size_t block_size = 4096;
    const auto in = base::open_file(from, O_RDONLY);
    const auto out = base::open_file(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    const auto size = std::filesystem::file_size(from);
    for (std::uint64_t at = 0; at < size;) {
        const auto block = read_block(in.get(), at, std::min<std::uint64_t>(block_size, size - at), from);
        base::write_all_at(out.get(), block, at, to);
        at += block.size();
    }
    base::sync_file(out.get(), to);
}

base::Path name_for_damaged(const base::Path& path)
{
    for (unsigned n = 1;; ++n)
        if (auto name = beside(path, ".damaged-" + std::to_string(n)); !Ledger::exists(name)) return name;
}

base::Path keep_damaged(const base::Path& path)
{
    auto kept = name_for_damaged(path);
    copy_blocks(path, kept);
    for (const auto suffix : logs)
        if (has_content(beside(path, suffix))) copy_blocks(beside(path, suffix), beside(kept, suffix));
    base::sync_folder(folder_of(path));
    return kept;
}

void copy_readable(const base::Path& from, Change& change)
{
    const Database damaged{from, Database::Purpose::read};
    check_version(damaged);
    Records records{damaged};
    records.each_readable([&](const RecordView& record) {
        if (!change.find(record.id)) change.restore(own(record));
    });
    records.each_readable_fact([&](std::string_view name, std::string_view value) { change.remember(name, value); });
}

/// What SQLite cannot open at all holds nothing for us.
std::size_t salvage_into(Store& fresh, const base::Path& kept)
{
    Change change{fresh.records()};
    try {
        copy_readable(kept, change);
    } catch (const Corrupt& error) {
        if (error.status() == base::ExitStatus::config) throw; // newer: not damaged at all
    }
    change.commit();
    return change.size();
}

std::size_t rebuild(const base::Path& path, const base::Path& kept)
{
    const auto scratch = beside(path, rebuild_suffix);
    remove_with_logs(scratch);
    base::open_file(scratch, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    const auto saved = salvage_into(*Store::open_locked(scratch, std::nullopt, Journaling::rollback), kept);
    rename_file(scratch, beside(path, repaired_suffix));
    base::sync_folder(folder_of(path));
    return saved;
}

}

void finish_repair(const base::Path& ledger)
{
    const auto repaired = beside(ledger, repaired_suffix);
    if (!Ledger::exists(repaired)) return;
    for (const auto suffix : {log_suffix, journal_suffix, shared_memory_suffix}) remove_file(beside(ledger, suffix));
    base::sync_folder(folder_of(ledger));
    rename_file(repaired, ledger);
    base::sync_folder(folder_of(ledger));
}

std::size_t Ledger::repair(const base::Path& path, std::chrono::milliseconds wait)
{
    if (!exists(path)) throw base::SystemError{"open", path.string(), ENOENT};
    const Lock lock{beside(path, lock_suffix), wait, path};
    finish_repair(path);
    const auto kept = keep_damaged(path);
    try {
        const auto saved = rebuild(path, kept);
        remove_file(beside(kept, shared_memory_suffix));
        finish_repair(path);
        return saved;
    } catch (const Corrupt&) { // written by a newer popfetch: not damaged at all
        remove_with_logs(kept);
        remove_with_logs(beside(path, rebuild_suffix));
        throw;
    }
}

}
