// What a Ledger tells: snapshot, promises, history, facts.

#include <algorithm>

#include <popfetch/state/ledger.hpp>

#include "store.hpp"

namespace popfetch::state {

Snapshot Ledger::snapshot() const
{
    const std::scoped_lock guard{store_->mutex()};
    const Transaction transaction{store_->database(), Transaction::Kind::read};
    auto& records = store_->records();
    Snapshot snapshot;
    records.each_head([&](const RecordView& record) { snapshot.add(record.id, known(record)); });
    return snapshot;
}

std::vector<Promise> Ledger::promised() const
{
    const std::scoped_lock guard{store_->mutex()};
    const Transaction transaction{store_->database(), Transaction::Kind::read};
    auto& records = store_->records();
    // A promise takes the next seq, so what is owed is found at the end.
    auto left = records.totals().promised;
    std::vector<Promise> promises;
    if (left > 0)
        records.newest(-1, [&](const RecordView& record) {
            if (record.standing != Standing::promised) return true;
            promises.push_back({std::string{record.id}, record.size, std::string{record.target},
                                std::string{record.place}, std::string{record.token}, record.attempts});
            return --left > 0;
        });
    if (left != 0) records.refuse("a promise is missing");
    std::ranges::reverse(promises);
    return promises;
}

std::vector<HistoryEntry> Ledger::history(std::size_t most) const
{
    const std::scoped_lock guard{store_->mutex()};
    const Transaction transaction{store_->database(), Transaction::Kind::read};
    const auto limit = std::min<std::uint64_t>(most, std::numeric_limits<std::int64_t>::max());
    std::vector<HistoryEntry> entries;
    store_->records().newest(static_cast<std::int64_t>(limit), [&](const RecordView& record) {
        entries.push_back(history_entry(record));
        return true;
    });
    return entries;
}

std::optional<HistoryEntry> Ledger::entry(std::string_view id) const
{
    const std::scoped_lock guard{store_->mutex()};
    const auto record = store_->records().find(id);
    if (!record) return std::nullopt;
    return history_entry(view(*record));
}

}
