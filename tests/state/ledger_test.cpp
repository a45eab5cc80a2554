#include <popfetch/state/ledger.hpp>

#include "sample.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

namespace popfetch::state {
namespace {

Standing standing(const Ledger& ledger, std::string_view id)
{
    const auto snapshot = ledger.snapshot();
    const auto* known = snapshot.find(id);
    return known ? known->standing : Standing{};
}

constexpr Standing unknown{};

}

TEST_CASE("A promise is known until it is settled and both survive closing")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    {
        auto ledger = open_ledger(path);
        auto promises = promises_of({"a", "b"});
        ledger.promise(promises);
        CHECK(standing(ledger, "a") == Standing::promised);
    }
    {
        auto ledger = open_ledger(path);
        const auto owed = ledger.promised();
        REQUIRE(owed.size() == 2);
        CHECK(owed[0].id == "a");
        CHECK(owed[0].size == 1234);
        CHECK(owed[0].target == "maildir");
        CHECK(owed[0].place == "/home/a/Maildir/new/a");
        CHECK(owed[0].token == "tmp/a");
        CHECK(owed[1].id == "b");
        ledger.settle(settlements_of({"a"}), monday);
    }
    auto ledger = open_ledger(path);
    CHECK(standing(ledger, "a") == Standing::settled);
    CHECK(standing(ledger, "b") == Standing::promised);
    REQUIRE(ledger.promised().size() == 1);
    CHECK(ledger.promised()[0].id == "b");
}

TEST_CASE("Settling keeps the place that publishing found and the time")
{
    const test::TempFolder folder;
    auto ledger = open_ledger(folder / "work.ledger");
    auto promises = promises_of({"a"});
    ledger.promise(promises);
    const Settlement settlement{"a", "/home/a/mbox:4711"};
    ledger.settle({&settlement, 1}, monday);
    const auto entry = ledger.entry("a");
    REQUIRE(entry);
    CHECK(entry->place == "/home/a/mbox:4711");
    CHECK(entry->since == monday);
    CHECK(entry->target == "maildir");
    CHECK(entry->attempts == 1);
    CHECK_FALSE(ledger.entry("b"));

    ledger.settle({&settlement, 1}, monday + day);
    CHECK(ledger.entry("a")->since == monday);
}

TEST_CASE("Settling what was never promised is an error and changes nothing")
{
    const test::TempFolder folder;
    auto ledger = open_ledger(folder / "work.ledger");
    auto promises = promises_of({"a"});
    ledger.promise(promises);
    CHECK_THROWS_AS(ledger.settle(settlements_of({"a", "x"}), monday), Corrupt);
    CHECK(standing(ledger, "a") == Standing::promised);
}

TEST_CASE("One transaction settles a batch and promises the next")
{
    const test::TempFolder folder;
    auto ledger = open_ledger(folder / "work.ledger");
    auto first = promises_of({"a"}), second = promises_of({"b"});
    ledger.promise(first);
    ledger.advance(settlements_of({"a"}), monday, second);
    CHECK(standing(ledger, "a") == Standing::settled);
    CHECK(standing(ledger, "b") == Standing::promised);
}

TEST_CASE("F20 a promise that is repeated after a crash is the second attempt")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    {
        auto ledger = open_ledger(path);
        auto promises = promises_of({"a"});
        promises[0].attempt = 7;
        ledger.promise(promises);
        CHECK(promises[0].attempt == 1);
    }
    auto ledger = open_ledger(path);
    auto owed = ledger.promised();
    REQUIRE(owed.size() == 1);
    CHECK(owed[0].attempt == 1);
    ledger.promise(owed);
    CHECK(owed[0].attempt == 2);
    CHECK(ledger.promised()[0].attempt == 2);
    CHECK(ledger.promised()[0].token == "tmp/a");
}

TEST_CASE("A failure counts its attempt once and tells when to try again")
{
    const test::TempFolder folder;
    auto ledger = open_ledger(folder / "work.ledger");
    const auto failure = failure_of("a");
    ledger.fail({&failure, 1}, monday);
    CHECK(ledger.entry("a")->attempts == 1);
    CHECK(ledger.entry("a")->reason == "mailbox full");
    CHECK(ledger.entry("a")->kind == "delivery.refused");

    const auto snapshot = ledger.snapshot();
    REQUIRE(snapshot.find("a"));
    CHECK(snapshot.find("a")->standing == Standing::failed);
    CHECK(snapshot.find("a")->next_try == monday + day);
    CHECK(snapshot.find("a")->size == 99);

    auto again = promises_of({"a"});
    ledger.promise(again);
    CHECK(again[0].attempt == 2);
    ledger.fail({&failure, 1}, monday);
    CHECK(ledger.entry("a")->attempts == 2);
    ledger.fail({&failure, 1}, monday);
    CHECK(ledger.entry("a")->attempts == 3);
}

TEST_CASE("What is settled cannot fail")
{
    const test::TempFolder folder;
    auto ledger = open_ledger(folder / "work.ledger");
    fetch(ledger, {"a"});
    const auto failure = failure_of("a");
    ledger.fail({&failure, 1}, monday);
    CHECK(standing(ledger, "a") == Standing::settled);
}

TEST_CASE("A failure that is overcome leaves no trace in the settled record")
{
    const test::TempFolder folder;
    auto ledger = open_ledger(folder / "work.ledger");
    const auto failure = failure_of("a");
    ledger.fail({&failure, 1}, monday);
    fetch(ledger, {"a"}, monday + day);
    const auto entry = ledger.entry("a");
    CHECK(entry->reason.empty());
    CHECK(entry->next_try == base::WallTime{});
    CHECK(entry->since == monday + day);
    CHECK(entry->attempts == 2);
}

TEST_CASE("A withdrawn promise was never made and a settled message is not withdrawn")
{
    const test::TempFolder folder;
    auto ledger = open_ledger(folder / "work.ledger");
    auto promises = promises_of({"a", "b"});
    ledger.promise(promises);
    ledger.settle(settlements_of({"b"}), monday);
    ledger.withdraw(std::vector<std::string>{"a", "b", "c"});
    CHECK(standing(ledger, "a") == unknown);
    CHECK(standing(ledger, "b") == Standing::settled);
    CHECK(ledger.promised().empty());
}

TEST_CASE("Adopted messages are settled without having been fetched")
{
    const test::TempFolder folder;
    auto ledger = open_ledger(folder / "work.ledger");
    fetch(ledger, {"a"}, monday);
    const auto failure = failure_of("c");
    ledger.fail({&failure, 1}, monday);
    const auto adopted = promises_of({"a", "b", "c"});
    ledger.adopt(adopted, monday + day);
    CHECK(ledger.entry("a")->since == monday);
    CHECK(ledger.entry("b")->since == monday + day);
    CHECK(standing(ledger, "b") == Standing::settled);
    CHECK(standing(ledger, "c") == Standing::settled);
    CHECK(ledger.promised().empty());
}

TEST_CASE("P40 a wanted deletion is remembered and tells why a message has gone")
{
    const test::TempFolder folder;
    auto ledger = open_ledger(folder / "work.ledger");
    fetch(ledger, {"a", "b"});
    auto promises = promises_of({"c"});
    ledger.promise(promises);
    ledger.want_deletion(std::vector<std::string>{"a", "b", "c", "unknown"});
    auto known = ledger.snapshot();
    CHECK(known.find("a")->deletion_wanted);
    CHECK_FALSE(known.find("c")->deletion_wanted);
    CHECK_FALSE(known.find("unknown"));

    ledger.note_listing(std::vector<std::string_view>{"b"}, monday, day);
    known = ledger.snapshot();
    CHECK(known.find("a")->standing == Standing::gone);
    CHECK(known.find("a")->deletion_wanted);
    CHECK(known.find("b")->deletion_wanted);
    CHECK(known.find("c")->standing == Standing::promised);
}

TEST_CASE("Ids are octets of any kind and length")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    using std::string_literals::operator""s;
    const std::vector<std::string> odd{"",
                                       "\0"s,
                                       "a\0b"s,
                                       "a\0c"s,
                                       "../../x",
                                       "\x1b[2J",
                                       "\xff\xfe",
                                       "A",
                                       "a",
                                       "1",
                                       "01",
                                       "1.0",
                                       std::string(70, 'x'),
                                       std::string(4096, 'x'),
                                       std::string(4095, 'x') + "y"};
    {
        auto ledger = open_ledger(path);
        fetch(ledger, odd);
    }
    const auto ledger = open_ledger(path);
    const auto known = ledger.snapshot();
    CHECK(known.size() == odd.size());
    for (const auto& id : odd) {
        INFO(id.size());
        REQUIRE(known.find(id));
        CHECK(known.find(id)->standing == Standing::settled);
        CHECK(ledger.entry(id)->id == id);
    }
}

TEST_CASE("Facts are remembered replaced and forgotten")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    {
        auto ledger = open_ledger(path);
        CHECK_FALSE(ledger.fact("server.pipelining"));
        ledger.remember("server.pipelining", "broken");
        ledger.remember("login.not_before", "2026-11-21T08:15:00Z");
        ledger.remember("server.pipelining", "fine");
        ledger.forget("login.not_before");
        ledger.forget("nothing");
    }
    const auto ledger = open_ledger(path);
    CHECK(ledger.fact("server.pipelining") == "fine");
    CHECK_FALSE(ledger.fact("login.not_before"));
}

TEST_CASE("History begins with what happened last")
{
    const test::TempFolder folder;
    auto ledger = open_ledger(folder / "work.ledger");
    const auto failure = failure_of("late");
    ledger.fail({&failure, 1}, monday);
    fetch(ledger, {"a", "b"});
    fetch(ledger, {"late"}, monday + day);
    const auto history = ledger.history(2);
    REQUIRE(history.size() == 2);
    CHECK(history[0].id == "late");
    CHECK(history[0].standing == Standing::settled);
    CHECK(history[1].id == "b");
    CHECK(ledger.history(100).size() == 3);
}

TEST_CASE("S03 a ledger is new until a message is recorded in it")
{
    const test::TempFolder folder;
    const auto path = folder / "state" / "popfetch" / "work.ledger";
    CHECK_FALSE(Ledger::exists(path));
    CHECK(open_ledger(path).is_new());
    CHECK(Ledger::exists(path));
    {
        auto ledger = open_ledger(path);
        CHECK(ledger.is_new());
        ledger.note_listing(std::vector<std::string_view>{"a"}, monday, day);
        ledger.remember("login.not_before", "x");
    }
    {
        auto ledger = open_ledger(path);
        CHECK(ledger.is_new());
        auto promises = promises_of({"a"});
        ledger.promise(promises);
        ledger.withdraw(std::vector<std::string>{"a"});
    }
    CHECK_FALSE(open_ledger(path).is_new());
}

}
