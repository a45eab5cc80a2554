// A listing against the ledger: who is gone, who is back, who may be forgotten.
//
// Nothing is forgotten because one listing lacks it: servers show a window of the mail, or an empty mailbox during an
// outage (RELIABILITY 2.3, FAULTS S10). So a message must be absent for long, and a wrong clock forgets half at most.

#include <algorithm>

#include <popfetch/state/ledger.hpp>

#include "store.hpp"

namespace popfetch::state {
namespace {

class IdSet {
public:
    explicit IdSet(std::span<const std::string_view> ids) : ids_{ids.begin(), ids.end()} { std::ranges::sort(ids_); }

    bool contains(std::string_view id) const { return std::ranges::binary_search(ids_, id); }

private:
    std::vector<std::string_view> ids_;
};

struct Forgettable {
    base::WallTime absent_since;
    std::int64_t seq;
    auto operator<=>(const Forgettable&) const = default;
};

/// What a listing changes; found by reading alone, so that a poll without news writes nothing.
struct Changes {
    std::vector<std::int64_t> left, returned;
    std::vector<Forgettable> forgotten;
};

/// The longest absent half of all at most.
void keep_most(std::vector<Forgettable>& forgotten, std::size_t all)
{
    const auto most = all / 2;
    if (forgotten.size() <= most) return;
    std::ranges::nth_element(forgotten, forgotten.begin() + static_cast<std::ptrdiff_t>(most));
    forgotten.resize(most);
}

Changes compare(Records& records, const IdSet& listed, base::WallTime now, std::chrono::seconds forget_after)
{
    Changes changes;
    std::size_t all = 0;
    records.each_head([&](const RecordView& record) {
        ++all;
        if (listed.contains(record.id)) {
            if (record.is_absent()) changes.returned.push_back(record.seq);
            return;
        }
        // What is promised is recovery's business, whether the server still has it or not.
        if (record.standing == Standing::promised) return;
        if (!record.is_absent())
            changes.left.push_back(record.seq);
        else if (now - record.absent_since > forget_after)
            changes.forgotten.push_back({record.absent_since, record.seq});
    });
    keep_most(changes.forgotten, all);
    return changes;
}

void mark_left(Change& change, std::int64_t seq, base::WallTime now)
{
    const auto before = change.at(seq);
    if (!before) return;
    Record record = *before;
    record.absent_since = now;
    if (record.standing != Standing::settled) record.deletion_wanted = false;
    if (record.standing == Standing::settled) record.standing = Standing::gone;
    change.replace(*before, record);
}

void mark_returned(Change& change, std::int64_t seq)
{
    const auto before = change.at(seq);
    if (!before) return;
    // We deleted it, and a listing showed that: who has its id now is another message.
    if (before->standing == Standing::gone && before->deletion_wanted) return change.remove(*before);
    Record record = *before;
    record.absent_since = {};
    if (record.standing == Standing::gone) record.standing = Standing::settled;
    change.replace(*before, record);
}

}

void Ledger::note_listing(std::span<const std::string_view> listed, base::WallTime now,
                          std::chrono::seconds forget_after)
{
    const std::scoped_lock guard{store_->mutex()};
    store_->require_sound();
    auto& records = store_->records();
    const auto changes = [&] {
        const Transaction transaction{store_->database(), Transaction::Kind::read};
        return compare(records, IdSet{listed}, now, forget_after);
    }();
    if (changes.left.empty() && changes.returned.empty() && changes.forgotten.empty()) return;

    Change change{records};
    for (const auto seq : changes.left) mark_left(change, seq, now);
    for (const auto seq : changes.returned) mark_returned(change, seq);
    for (const auto& forgotten : changes.forgotten)
        if (const auto record = change.at(forgotten.seq)) change.remove(*record);
    store_->commit(change);
}

}
