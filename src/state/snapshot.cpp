#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <string>

#include <popfetch/state/ledger.hpp>

namespace popfetch::state {

// A tree: ids come from a server, which can choose ids that collide in a hash table, but none that unbalance a tree.
struct Snapshot::Table {
    std::map<std::string, Known, std::less<>> known;
    std::array<std::size_t, 5> counts{};
    base::WallTime last_settled{};

    std::size_t& counter(Standing standing) { return counts[static_cast<std::size_t>(standing) % counts.size()]; }
    void count(const Known& one, std::size_t by)
    {
        if (!one.deletion_wanted) counter(one.standing) += by;
    }
};

Snapshot::Snapshot() : table_{std::make_unique<Table>()} {}
Snapshot::Snapshot(Snapshot&&) noexcept = default;
Snapshot& Snapshot::operator=(Snapshot&&) noexcept = default;
Snapshot::~Snapshot() = default;

const Known* Snapshot::find(std::string_view id) const
{
    const auto found = table_->known.find(id);
    return found == table_->known.end() ? nullptr : &found->second;
}

std::size_t Snapshot::size() const { return table_->known.size(); }

std::size_t Snapshot::count(Standing standing) const { return table_->counter(standing); }

base::WallTime Snapshot::last_settled() const { return table_->last_settled; }

void Snapshot::add(std::string_view id, const Known& known)
{
    auto& table = *table_;
    if (known.standing == Standing::settled || known.standing == Standing::gone)
        table.last_settled = std::max(table.last_settled, known.since);
    const auto [entry, is_new] = table.known.try_emplace(std::string{id}, known);
    if (!is_new) {
        table.count(entry->second, static_cast<std::size_t>(-1));
        entry->second = known;
    }
    table.count(known, 1);
}

}
