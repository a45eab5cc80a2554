// Small facts that outlive a run.

#include <popfetch/state/ledger.hpp>

#include "store.hpp"

namespace popfetch::state {

std::optional<std::string> Ledger::fact(std::string_view name) const
{
    const std::scoped_lock guard{store_->mutex()};
    return store_->records().fact(name);
}

void Ledger::remember(std::string_view name, std::string_view value)
{
    const std::scoped_lock guard{store_->mutex()};
    store_->require_sound();
    if (store_->records().fact(name) == value) return;
    Change change{store_->records()};
    change.remember(name, value);
    store_->commit(change);
}

void Ledger::forget(std::string_view name)
{
    const std::scoped_lock guard{store_->mutex()};
    store_->require_sound();
    if (!store_->records().fact(name)) return;
    Change change{store_->records()};
    change.forget(name);
    store_->commit(change);
}

}
