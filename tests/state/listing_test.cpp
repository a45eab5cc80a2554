#include <filesystem>

#include "sample.hpp"
#include "state/store.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

namespace popfetch::state {
namespace {

constexpr auto quarter = 90 * day;

void note(Ledger& ledger, const std::vector<std::string>& listed, base::WallTime now)
{
    ledger.note_listing(views(listed), now, quarter);
}

Standing standing(const Ledger& ledger, std::string_view id)
{
    return ledger.entry(id).value_or(HistoryEntry{}).standing;
}

}

TEST_CASE("Messages that left the server are gone and those that come back are settled")
{
    const test::TempFolder folder;
    auto ledger = open_ledger(folder / "work.ledger");
    fetch(ledger, {"a", "b"});
    note(ledger, {"b", "new"}, monday);
    CHECK(standing(ledger, "a") == Standing::gone);
    CHECK(standing(ledger, "b") == Standing::settled);
    CHECK_FALSE(ledger.entry("new"));
    note(ledger, {"a", "b"}, monday + day);
    CHECK(standing(ledger, "a") == Standing::settled);
    CHECK(ledger.entry("a")->since == monday);
}

TEST_CASE("An id that we deleted and a listing then lacked is another message's when it comes back")
{
    const test::TempFolder folder;
    auto ledger = open_ledger(folder / "work.ledger");
    fetch(ledger, {"a", "b"});
    ledger.want_deletion(std::vector<std::string>{"a"});
    ledger.note_listing(views({"b"}), monday + day, 90 * day);
    REQUIRE(ledger.entry("a"));
    CHECK(ledger.entry("a")->standing == Standing::gone);
    CHECK(ledger.entry("a")->deletion_wanted);
    ledger.note_listing(views({"a", "b"}), monday + 2 * day, 90 * day);
    CHECK_FALSE(ledger.entry("a"));
    CHECK(ledger.entry("b")->standing == Standing::settled);
}

TEST_CASE("what was asked to be deleted is not counted among what should still be there")
{
    const test::TempFolder folder;
    auto ledger = open_ledger(folder / "work.ledger");
    const auto all = ids("uid-", 30);
    fetch(ledger, all);
    ledger.want_deletion(std::vector<std::string>(all.begin(), all.begin() + 25));
    CHECK(ledger.snapshot().count(Standing::settled) == 5);
}

TEST_CASE("What a server removes because it was retrieved is gone until a listing shows it again")
{
    const test::TempFolder folder;
    auto ledger = open_ledger(folder / "work.ledger");
    fetch(ledger, {"a", "b", "c"});
    ledger.want_deletion(std::vector<std::string>{"c"});
    ledger.expect_gone(std::vector<std::string>{"a", "b", "c", "unknown"}, monday);
    CHECK(standing(ledger, "a") == Standing::gone);
    CHECK(standing(ledger, "b") == Standing::gone);
    CHECK(standing(ledger, "c") == Standing::settled);
    CHECK_FALSE(ledger.entry("unknown"));
    note(ledger, {"b"}, monday + day);
    CHECK(standing(ledger, "a") == Standing::gone);
    CHECK(standing(ledger, "b") == Standing::settled);
}

TEST_CASE("S10 an empty mailbox for a day does not make anything unknown")
{
    const test::TempFolder folder;
    auto ledger = open_ledger(folder / "work.ledger");
    const auto all = ids("uid-", 50);
    fetch(ledger, all);
    note(ledger, {}, monday);
    note(ledger, {}, monday + day);
    CHECK(ledger.snapshot().count(Standing::gone) == 50);
    note(ledger, all, monday + 2 * day);
    CHECK(ledger.snapshot().count(Standing::settled) == 50);
}

TEST_CASE("An id is forgotten when it has been away long enough and not before")
{
    const test::TempFolder folder;
    auto ledger = open_ledger(folder / "work.ledger");
    fetch(ledger, {"a", "b", "c"});
    note(ledger, {"b", "c"}, monday);
    note(ledger, {"b", "c"}, monday + quarter);
    CHECK(standing(ledger, "a") == Standing::gone);
    note(ledger, {"b", "c"}, monday + quarter + std::chrono::seconds{1});
    CHECK_FALSE(ledger.entry("a"));
    CHECK(ledger.snapshot().size() == 2);
}

TEST_CASE("Time away is counted anew after each return")
{
    const test::TempFolder folder;
    auto ledger = open_ledger(folder / "work.ledger");
    fetch(ledger, {"a", "b", "c"});
    note(ledger, {"b", "c"}, monday);
    note(ledger, {"a", "b", "c"}, monday + 80 * day);
    note(ledger, {"b", "c"}, monday + 81 * day);
    note(ledger, {"b", "c"}, monday + 100 * day);
    CHECK(standing(ledger, "a") == Standing::gone);
}

TEST_CASE("Never more than half of all is forgotten in one go and the longest absent first")
{
    const test::TempFolder folder;
    auto ledger = open_ledger(folder / "work.ledger");
    fetch(ledger, ids("old-", 4));
    note(ledger, {}, monday);
    fetch(ledger, ids("young-", 5));
    note(ledger, {}, monday + day);

    note(ledger, {}, monday + 1000 * day);
    CHECK(ledger.snapshot().size() == 5);
    for (const auto& id : ids("old-", 4)) CHECK_FALSE(ledger.entry(id));
    note(ledger, {}, monday + 1000 * day);
    CHECK(ledger.snapshot().size() == 3);
    for (int i = 0; i < 10; ++i) note(ledger, {}, monday + 1000 * day);
    CHECK(ledger.snapshot().size() == 1);
}

TEST_CASE("N13 a clock that ran ahead and was set back forgets nothing")
{
    const test::TempFolder folder;
    auto ledger = open_ledger(folder / "work.ledger");
    fetch(ledger, {"a", "b", "c"});
    note(ledger, {"b", "c"}, monday + 1000 * day);
    note(ledger, {"b", "c"}, monday);
    CHECK(standing(ledger, "a") == Standing::gone);
}

TEST_CASE("A failed message keeps its standing while it is away and is forgotten in the end")
{
    const test::TempFolder folder;
    auto ledger = open_ledger(folder / "work.ledger");
    fetch(ledger, {"b", "c"});
    const auto failure = failure_of("a");
    ledger.fail({&failure, 1}, monday);
    note(ledger, {"b", "c"}, monday);
    CHECK(standing(ledger, "a") == Standing::failed);
    note(ledger, {"b", "c"}, monday + 91 * day);
    CHECK_FALSE(ledger.entry("a"));
}

TEST_CASE("A promise is recovery's business whether it is listed or not")
{
    const test::TempFolder folder;
    auto ledger = open_ledger(folder / "work.ledger");
    fetch(ledger, {"b", "c", "d"});
    auto promises = promises_of({"a"});
    ledger.promise(promises);
    note(ledger, {}, monday);
    note(ledger, {}, monday + 91 * day);
    CHECK(standing(ledger, "a") == Standing::promised);
}

TEST_CASE("A listing without news writes nothing")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    const auto all = ids("uid-", 100);
    {
        auto ledger = open_ledger(path);
        fetch(ledger, all);
        note(ledger, {"uid-1"}, monday);
        ledger.remember("server.capabilities", "UIDL TOP");
    }
    const auto before = test::text_of(path);
    auto ledger = open_ledger(path);
    note(ledger, {"uid-1", "uid-1", "new"}, monday + day);
    ledger.want_deletion({});
    ledger.want_deletion(std::vector<std::string>{"new"});
    ledger.withdraw(std::vector<std::string>{"new"});
    ledger.remember("server.capabilities", "UIDL TOP");
    CHECK_FALSE(has_content(beside(path, log_suffix)));
    CHECK(test::text_of(path) == before);
}

}
