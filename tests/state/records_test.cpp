#include "state/records.hpp"

#include "sample.hpp"
#include "state/store.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

namespace popfetch::state {
namespace {

Record record_of(std::string id, Standing standing = Standing::settled)
{
    Record record;
    record.id = std::move(id);
    record.standing = standing;
    record.size = 5;
    record.since = monday;
    record.target = "maildir";
    record.place = "/there";
    return record;
}

struct Open {
    test::TempFolder folder;
    base::Path path = folder / "work.ledger";
    std::unique_ptr<Store> store = Store::open_to_write(path, {});

    std::vector<std::string> order() const
    {
        std::vector<std::string> all;
        const Transaction transaction{store->database(), Transaction::Kind::read};
        store->records().each([&](const RecordView& record) { all.emplace_back(record.id); });
        return all;
    }
};

}

TEST_CASE("Records lie in the order in which they were added or renewed")
{
    const Open open;
    Change change{open.store->records()};
    for (const auto* id : {"a", "b", "c"}) change.add(record_of(id));
    change.renew(*change.find("a"), record_of("a"));
    change.remove(*change.find("b"));
    open.store->commit(change);
    CHECK(open.order() == std::vector<std::string>{"c", "a"});
}

TEST_CASE("A change that is not committed never was")
{
    const Open open;
    {
        Change change{open.store->records()};
        change.add(record_of("a"));
        change.remember("fact", "value");
    }
    CHECK(open.order().empty());
    CHECK_FALSE(open.store->records().fact("fact"));
}

TEST_CASE("A restored record keeps its place unless another has it")
{
    const Open open;
    Change change{open.store->records()};
    auto late = record_of("late"), early = record_of("early"), second = record_of("second");
    late.seq = 70;
    early.seq = second.seq = 7;
    change.restore(late);
    change.restore(early);
    change.restore(second);
    open.store->commit(change);
    CHECK(open.order() == std::vector<std::string>{"early", "late", "second"});
    CHECK(open.store->records().totals().last == 71);
}

TEST_CASE("The seal counts what is there and what is owed")
{
    const Open open;
    Change change{open.store->records()};
    change.add(record_of("a", Standing::promised));
    change.add(record_of("b", Standing::promised));
    change.add(record_of("c"));
    auto settled = *change.find("a");
    settled.standing = Standing::settled;
    change.replace(*change.find("a"), settled);
    open.store->commit(change);
    const auto totals = open.store->records().totals();
    CHECK(totals.messages == 3);
    CHECK(totals.promised == 1);
    CHECK(totals.last == 3);
}

TEST_CASE("S02 a record that someone removed or changed behind our back is missed")
{
    for (const auto* meddling : {"DELETE FROM message WHERE seq = 2", "UPDATE message SET standing = 1 WHERE seq = 1",
                                 "UPDATE message SET id = x'6162' WHERE seq = 2", "UPDATE seal SET sum = sum + 1",
                                 "UPDATE seal SET promised = 1", "DELETE FROM seal", "DELETE FROM fact",
                                 "UPDATE message SET seq = 9 WHERE seq = 3", "UPDATE fact SET value = 'yes'"}) {
        INFO(meddling);
        const test::TempFolder folder;
        const auto path = folder / "work.ledger";
        {
            auto ledger = open_ledger(path);
            fetch(ledger, {"a", "bb", "ccc"});
            ledger.remember("fact", "no");
        }
        {
            const Database other{path, Database::Purpose::write};
            other.execute("PRAGMA ignore_check_constraints = ON");
            other.execute(meddling);
        }
        CHECK_THROWS_AS(open_ledger(path).snapshot(), Corrupt);
    }
}

TEST_CASE("S02 a promise that the seal knows is never passed over")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    {
        auto ledger = open_ledger(path);
        fetch(ledger, {"a"});
        auto promises = promises_of({"b"});
        ledger.promise(promises);
    }
    {
        const Database other{path, Database::Purpose::write};
        other.execute("DELETE FROM message WHERE seq = 2");
    }
    CHECK_THROWS_AS(open_ledger(path).promised(), Corrupt);
}

TEST_CASE("Heads are read like whole records without their texts")
{
    const Open open;
    Change change{open.store->records()};
    change.add(record_of("a"));
    open.store->commit(change);
    CHECK(open.order().size() == 1);
    const Transaction transaction{open.store->database(), Transaction::Kind::read};
    std::size_t seen = 0;
    open.store->records().each_head([&](const RecordView& record) {
        ++seen;
        CHECK(record.id == "a");
        CHECK(record.size == 5);
        CHECK(record.since == monday);
        CHECK(record.place.empty());
    });
    CHECK(seen == 1);
}

}
