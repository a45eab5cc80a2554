// One arena for all ids, one vector of rows, one index: no allocation of its own for any id (FAULTS S08, PERFORMANCE
// B8).

#include <algorithm>
#include <array>
#include <stdexcept>

#include <popfetch/state/ledger.hpp>

#include "siphash.hpp"
#include "slots.hpp"

namespace popfetch::state {

struct Snapshot::Table {
    struct Row {
        Known known;
        std::uint32_t length = 0;
        std::uint64_t offset = 0;
    };

    HashKey key = random_hash_key();
    std::vector<char> arena;
    std::vector<Row> rows;
    Slots slots;
    std::array<std::size_t, 5> counts{};
    base::WallTime last_settled{};

    std::string_view id(const Row& row) const { return {arena.data() + row.offset, row.length}; }
    std::uint32_t find(std::string_view wanted, std::uint64_t hash) const
    {
        return slots.find(hash, [&](std::uint32_t row) { return id(rows[row]) == wanted; });
    }
    std::size_t& counter(Standing standing) { return counts[static_cast<std::size_t>(standing) % counts.size()]; }
    void count(const Known& known, std::size_t one)
    {
        if (!known.deletion_wanted) counter(known.standing) += one;
    }
};

Snapshot::Snapshot() : table_{std::make_unique<Table>()} {}
Snapshot::Snapshot(Snapshot&&) noexcept = default;
Snapshot& Snapshot::operator=(Snapshot&&) noexcept = default;
Snapshot::~Snapshot() = default;

const Known* Snapshot::find(std::string_view id) const
{
    const auto row = table_->find(id, siphash(id, table_->key));
    return row == Slots::nothing ? nullptr : &table_->rows[row].known;
}

std::size_t Snapshot::size() const { return table_->rows.size(); }

std::size_t Snapshot::count(Standing standing) const { return table_->counter(standing); }

base::WallTime Snapshot::last_settled() const { return table_->last_settled; }

void Snapshot::add(std::string_view id, const Known& known)
{
    auto& table = *table_;
    if (known.standing == Standing::settled || known.standing == Standing::gone)
        table.last_settled = std::max(table.last_settled, known.since);
    const auto hash = siphash(id, table.key);
    if (const auto row = table.find(id, hash); row != Slots::nothing) {
        table.count(table.rows[row].known, static_cast<std::size_t>(-1));
        table.count(known, 1);
        table.rows[row].known = known;
        return;
    }
    if (table.rows.size() >= Slots::nothing) throw std::length_error{"too many ids for a snapshot"};
    const auto row = static_cast<std::uint32_t>(table.rows.size());
    table.rows.push_back({known, static_cast<std::uint32_t>(id.size()), table.arena.size()});
    table.arena.insert(table.arena.end(), id.begin(), id.end());
    table.slots.insert(hash, row, [&](std::uint32_t old) { return siphash(table.id(table.rows[old]), table.key); });
    table.count(known, 1);
}

void Snapshot::reserve(std::size_t ids)
{
    if (size() > 0) return;
    table_->rows.reserve(ids);
    table_->slots = Slots{ids};
}

}
