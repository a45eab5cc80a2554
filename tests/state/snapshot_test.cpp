#include "sample.hpp"
#include "support/catch.hpp"

namespace popfetch::state {

TEST_CASE("An empty snapshot knows nothing")
{
    const Snapshot snapshot;
    CHECK(snapshot.size() == 0);
    CHECK(snapshot.find("a") == nullptr);
    CHECK(snapshot.find("") == nullptr);
    CHECK(snapshot.count(Standing::settled) == 0);
}

TEST_CASE("A snapshot finds what was added and counts by standing")
{
    Snapshot snapshot;
    Known known;
    known.standing = Standing::settled;
    known.size = 17;
    snapshot.add("a", known);
    known.standing = Standing::failed;
    snapshot.add("b", known);
    snapshot.add("", known);

    CHECK(snapshot.size() == 3);
    REQUIRE(snapshot.find("a"));
    CHECK(snapshot.find("a")->size == 17);
    CHECK(snapshot.find(""));
    CHECK_FALSE(snapshot.find("c"));
    CHECK(snapshot.count(Standing::settled) == 1);
    CHECK(snapshot.count(Standing::failed) == 2);
    CHECK(snapshot.count(Standing::gone) == 0);
}

TEST_CASE("A snapshot knows when the last of the settled was settled")
{
    Snapshot snapshot;
    CHECK(snapshot.last_settled() == base::WallTime{});
    snapshot.add("a", {.standing = Standing::settled, .since = monday});
    snapshot.add("b", {.standing = Standing::gone, .since = monday + day});
    snapshot.add("c", {.standing = Standing::failed, .since = monday + 2 * day});
    CHECK(snapshot.last_settled() == monday + day);
}

TEST_CASE("What is added twice is known once and as it was added last")
{
    Snapshot snapshot;
    Known known;
    known.standing = Standing::promised;
    snapshot.add("a", known);
    known.standing = Standing::settled;
    snapshot.add("a", known);
    CHECK(snapshot.size() == 1);
    CHECK(snapshot.find("a")->standing == Standing::settled);
    CHECK(snapshot.count(Standing::promised) == 0);
    CHECK(snapshot.count(Standing::settled) == 1);
}

TEST_CASE("A snapshot holds many")
{
    Snapshot snapshot;
    const auto all = ids("uid-", 20'000);
    for (std::size_t i = 0; i < all.size(); ++i) {
        Known known;
        known.standing = Standing::settled;
        known.size = i;
        snapshot.add(all[i], known);
    }
    const Snapshot moved = std::move(snapshot);
    CHECK(moved.size() == all.size());
    bool all_found = true;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto* known = moved.find(all[i]);
        all_found = all_found && known && known->size == i;
    }
    CHECK(all_found);
    CHECK_FALSE(moved.find("uid-20000"));
}

}
