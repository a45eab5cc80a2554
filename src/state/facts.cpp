// Small facts that outlive a run.

#include "sqlite_error.hpp"
#include "store.hpp"

namespace popfetch::state {

std::optional<std::string> Store::fact(std::string_view name)
{
    Statement statement{*database_, "SELECT value, seal FROM fact WHERE name = ?"};
    Query row{statement, name};
    if (!row.next()) return std::nullopt;
    std::string value{row.bytes(0)};
    if (seal_of_fact(name, value) != static_cast<std::uint64_t>(row.integer(1)))
        records_.refuse("the fact " + std::string{name} + " does not have its checksum");
    return value;
}

void Store::remember(std::string_view name, std::string_view value)
{
    require_sound();
    if (fact(name) == value) return;
    Transaction transaction{*database_, Transaction::Kind::write};
    Statement statement{*database_, "INSERT OR REPLACE INTO fact VALUES(?, ?, ?)"};
    statement.run(name, Blob{value}, static_cast<std::int64_t>(seal_of_fact(name, value)));
    commit(transaction);
}

void Store::forget(std::string_view name)
{
    require_sound();
    if (!fact(name)) return;
    Transaction transaction{*database_, Transaction::Kind::write};
    Statement statement{*database_, "DELETE FROM fact WHERE name = ?"};
    statement.run(name);
    commit(transaction);
}

std::optional<std::string> Ledger::fact(std::string_view name) const
{
    const std::scoped_lock guard{store_->mutex()};
    return store_->fact(name);
}

void Ledger::remember(std::string_view name, std::string_view value)
{
    const std::scoped_lock guard{store_->mutex()};
    store_->remember(name, value);
}

void Ledger::forget(std::string_view name)
{
    const std::scoped_lock guard{store_->mutex()};
    store_->forget(name);
}

}
