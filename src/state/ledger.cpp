#include <popfetch/state/ledger.hpp>

#include <sys/stat.h>

#include "store.hpp"

namespace popfetch::state {
namespace {

bool is_settled(const Record& record)
{
    return record.standing == Standing::settled || record.standing == Standing::gone;
}

void record_promise(Change& change, Promise& promise)
{
    const auto before = change.find(promise.id);
    const bool tried = before && (before->standing == Standing::promised || before->standing == Standing::failed);
    promise.attempt = tried ? before->attempts + 1 : 1;

    Record record;
    record.id = promise.id;
    record.standing = Standing::promised;
    record.size = promise.size;
    record.attempts = promise.attempt;
    record.target = promise.target;
    record.place = promise.place;
    record.token = promise.token;
    if (before)
        change.renew(*before, std::move(record));
    else
        change.add(std::move(record));
}

void record_settlement(Change& change, const Settlement& settlement, base::WallTime now)
{
    const auto before = change.find(settlement.id);
    if (!before) change.refuse("it does not know the promised message '" + settlement.id + "'");
    Record record = *before;
    if (!settlement.place.empty()) record.place = settlement.place;
    if (!is_settled(*before)) {
        record.standing = Standing::settled;
        record.since = now;
        record.next_try = {};
    }
    record.token.clear();
    record.kind.clear();
    record.reason.clear();
    change.replace(*before, record);
}

void record_failure(Change& change, const Failure& failure, base::WallTime now)
{
    const auto before = change.find(failure.id);
    if (before && is_settled(*before)) return;
    Record record = before.value_or(Record{});
    record.id = failure.id;
    record.attempts += !before || before->standing != Standing::promised;
    record.standing = Standing::failed;
    record.size = failure.size;
    if (!before || before->standing != Standing::failed) record.since = now; // since when it fails
    record.absent_since = {};
    record.next_try = failure.next_try;
    record.token.clear();
    record.kind = failure.kind;
    record.reason = failure.reason;
    if (before)
        change.renew(*before, std::move(record));
    else
        change.add(std::move(record));
}

void record_adoption(Change& change, const Promise& message, unsigned attempts, base::WallTime now)
{
    const auto before = change.find(message.id);
    if (before && (before->standing == Standing::promised || before->standing == Standing::settled)) return;
    Record record;
    record.id = message.id;
    record.standing = Standing::settled;
    record.size = message.size;
    record.since = now;
    record.attempts = attempts;
    record.target = message.target;
    record.place = message.place;
    if (before)
        change.renew(*before, std::move(record));
    else
        change.add(std::move(record));
}

void withdraw_one(Change& change, const std::string& id)
{
    const auto before = change.find(id);
    if (before && before->standing == Standing::promised) change.remove(*before);
}

void want_deletion_of(Change& change, const std::string& id)
{
    const auto before = change.find(id);
    if (!before || before->standing != Standing::settled || before->deletion_wanted) return;
    Record record = *before;
    record.deletion_wanted = true;
    change.replace(*before, record);
}

void expect_gone_one(Change& change, const std::string& id, base::WallTime now)
{
    const auto before = change.find(id);
    if (!before || before->standing != Standing::settled || before->deletion_wanted) return;
    Record record = *before;
    record.standing = Standing::gone;
    record.absent_since = now;
    change.replace(*before, record);
}

/// One transaction over several items.
template<class Items, class Apply>
void change_each(Store& store, Items items, Apply apply)
{
    if (items.empty()) return;
    const std::scoped_lock guard{store.mutex()};
    store.require_sound();
    Change change{store.records()};
    for (auto& item : items) apply(change, item);
    store.commit(change);
}

}

Ledger::Ledger(std::unique_ptr<Store> store) : store_{std::move(store)} {}
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger& Ledger::operator=(Ledger&&) noexcept = default;
Ledger::~Ledger() = default;

Ledger Ledger::open(const base::Path& path, Access access, std::chrono::milliseconds wait)
{
    switch (access) {
    case Access::write: return Ledger{Store::open_to_write(path, wait)};
    case Access::read: break;
    case Access::copy: return Ledger{Store::open_copy(path)};
    }
    return Ledger{Store::open_to_read(path)};
}

bool Ledger::exists(const base::Path& path)
{
    struct stat about = {};
    return ::lstat(path.c_str(), &about) == 0;
}

bool Ledger::is_new() const { return store_->was_new(); }
const base::Path& Ledger::path() const { return store_->database().path(); }

void Ledger::promise(std::span<Promise> promises) { advance({}, {}, promises); }

void Ledger::settle(std::span<const Settlement> settlements, base::WallTime now) { advance(settlements, now, {}); }

void Ledger::advance(std::span<const Settlement> settlements, base::WallTime now, std::span<Promise> promises)
{
    if (settlements.empty() && promises.empty()) return;
    const std::scoped_lock guard{store_->mutex()};
    store_->require_sound();
    Change change{store_->records()};
    for (const auto& settlement : settlements) record_settlement(change, settlement, now);
    for (auto& promise : promises) record_promise(change, promise);
    store_->commit(change);
}

void Ledger::withdraw(std::span<const std::string> ids) { change_each(*store_, ids, withdraw_one); }

void Ledger::fail(std::span<const Failure> failures, base::WallTime now)
{
    change_each(*store_, failures,
                [now](Change& change, const Failure& failure) { record_failure(change, failure, now); });
}

void Ledger::adopt(std::span<const Promise> messages, base::WallTime now)
{
    change_each(*store_, messages,
                [now](Change& change, const Promise& message) { record_adoption(change, message, 0, now); });
}

void Ledger::mark_fetched(std::span<const Promise> messages, base::WallTime now)
{
    change_each(*store_, messages, [now](Change& change, const Promise& message) {
        record_adoption(change, message, attempts_of_marked, now);
    });
}

void Ledger::want_deletion(std::span<const std::string> ids) { change_each(*store_, ids, want_deletion_of); }

void Ledger::expect_gone(std::span<const std::string> ids, base::WallTime now)
{
    change_each(*store_, ids, [now](Change& change, const std::string& id) { expect_gone_one(change, id, now); });
}

}
