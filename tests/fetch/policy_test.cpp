#include <popfetch/fetch/policy.hpp>

#include <array>

#include "support/catch.hpp"

namespace popfetch::fetch {

namespace {

using namespace std::chrono_literals;
using pop3::SizeTrust;
using state::Standing;

const base::WallTime now{std::chrono::sys_days{std::chrono::November / 21 / 2026} + 12h};

pop3::Listing listing_of(std::initializer_list<std::pair<std::uint64_t, std::string_view>> messages)
{
    pop3::Listing listing;
    listing.has_uids = listing.complete = true;
    std::uint32_t number = 0;
    for (const auto& [size, uid] : messages) listing.add(++number, size, uid);
    return listing;
}

state::Known settled(std::uint64_t size, std::chrono::seconds ago = 1h)
{
    return {.standing = Standing::settled, .size = size, .since = now - ago};
}

// "3:fetch(new) 1:keep(fetched)", in the order of the decisions.
std::string told(const std::vector<Decision>& decisions)
{
    std::string text;
    for (const auto& d : decisions) {
        constexpr std::array words{"fetch", "skip", "keep", "delete"};
        if (!text.empty()) text += ' ';
        text += std::to_string(d.message.number) + ':' + words[static_cast<std::size_t>(d.action)] + '(' +
                std::string{d.reason} + ')';
    }
    return text;
}

std::string numbers(const std::vector<Decision>& decisions)
{
    std::string text;
    for (const auto& d : decisions) text += (text.empty() ? "" : " ") + std::to_string(d.message.number);
    return text;
}

}

TEST_CASE("what the ledger does not know is wanted")
{
    state::Snapshot known;
    known.add("b", settled(20));
    CHECK(told(wanted(listing_of({{10, "a"}, {20, "b"}, {30, "c"}}), known, {}, now, SizeTrust::exact)) ==
          "1:fetch(new) 3:fetch(new) 2:keep(fetched)");
}

TEST_CASE("P25 a UID whose deletion a listing has confirmed belongs to a new message whatever its size")
{
    state::Snapshot known;
    known.add("a", {.standing = Standing::gone, .deletion_wanted = true, .size = 10, .since = now - 1h});
    const auto listing = listing_of({{10, "a"}});
    for (const auto trust : {SizeTrust::exact, SizeTrust::unknown, SizeTrust::wrong})
        CHECK(told(wanted(listing, known, {}, now, trust)) == "1:fetch(new)");
    CHECK(numbers(expired(listing, known, {.remove = Fetched{}}, now)).empty());
}

TEST_CASE("P25 a known UID with another size is a new message where sizes are exact")
{
    state::Snapshot known;
    known.add("a", settled(10));
    const auto listing = listing_of({{11, "a"}});
    CHECK(told(wanted(listing, known, {}, now, SizeTrust::exact)) == "1:fetch(size_changed)");
    CHECK(told(wanted(listing, known, {}, now, SizeTrust::unknown)) == "1:keep(fetched)");
    CHECK(told(wanted(listing, known, {}, now, SizeTrust::wrong)) == "1:keep(fetched)");
    CHECK(numbers(expired(listing, known, {.remove = Fetched{}}, now)).empty());
}

TEST_CASE("P22 a message without identity is fetched again and again and told apart by its bytes")
{
    CHECK(told(wanted(listing_of({{10, ""}}), {}, {}, now, SizeTrust::exact)) == "1:fetch(unidentified)");
}

TEST_CASE("a message that failed waits for its next try unless forced")
{
    state::Snapshot known;
    known.add("a", {.standing = Standing::failed, .size = 10, .next_try = now + 1h, .attempts = 2});
    const auto listing = listing_of({{10, "a"}});
    CHECK(told(wanted(listing, known, {}, now, SizeTrust::exact)) == "1:skip(retry_later)");
    CHECK(told(wanted(listing, known, {}, now + 1h, SizeTrust::exact)) == "1:fetch(retry)");
    CHECK(told(wanted(listing, known, {.force = true}, now, SizeTrust::exact)) == "1:fetch(retry)");
    CHECK(numbers(expired(listing, known, {.remove = Fetched{}}, now)).empty());
}

TEST_CASE("limits of size and of the run leave messages for later")
{
    const auto listing = listing_of({{10, "a"}, {5000, "b"}, {20, "c"}, {30, "d"}});
    CHECK(told(wanted(listing, {}, {.max_size = 100}, now, SizeTrust::exact)) ==
          "1:fetch(new) 3:fetch(new) 4:fetch(new) 2:skip(too_large)");
    CHECK(told(wanted(listing, {}, {.max_messages = 2}, now, SizeTrust::exact)) ==
          "1:fetch(new) 2:fetch(new) 3:skip(limit) 4:skip(limit)");
    // The first message always comes, however large: a limit must not stop a mailbox for ever.
    CHECK(told(wanted(listing, {}, {.max_bytes = 5}, now, SizeTrust::exact)) ==
          "1:fetch(new) 2:skip(limit) 3:skip(limit) 4:skip(limit)");
}

TEST_CASE("the order of retrieval can be chosen")
{
    const auto listing = listing_of({{30, "a"}, {10, "b"}, {20, "c"}});
    CHECK(numbers(wanted(listing, {}, {.order = Order::newest_first}, now, SizeTrust::exact)) == "3 2 1");
    CHECK(numbers(wanted(listing, {}, {.order = Order::smallest_first}, now, SizeTrust::exact)) == "2 3 1");
}

TEST_CASE("a message for which there is no room is left on the server")
{
    auto decisions = wanted(listing_of({{10'000'000, "a"}, {100, "b"}}), {}, {}, now, SizeTrust::exact);
    fit_into(decisions, 12u << 20);
    CHECK(told(decisions) == "1:skip(no_space) 2:fetch(new)");
}

TEST_CASE("L06 what is kept free is in proportion to the room and what fits is fetched")
{
    auto decisions = wanted(listing_of({{5000, "a"}, {60'000, "b"}, {5000, "c"}}), {}, {}, now, SizeTrust::exact);
    fit_into(decisions, 72u << 10); // 54 KiB for mail; 8 KiB for each of the small ones
    CHECK(told(decisions) == "1:fetch(new) 2:skip(no_space) 3:fetch(new)");

    decisions = wanted(listing_of({{700'000, "a"}, {100, "b"}, {100, "c"}}), {}, {}, now, SizeTrust::exact);
    fit_into(decisions, 1u << 20);
    CHECK(told(decisions) == "1:fetch(new) 2:fetch(new) 3:fetch(new)");
    fit_into(decisions, 10u << 10); // 7.5 KiB: one block
    CHECK(told(decisions) == "1:skip(no_space) 2:fetch(new) 3:skip(no_space)");
}

TEST_CASE("L02 a message that UIDL leaves out is fetched where fetched mail is deleted and waits elsewhere")
{
    auto listing = listing_of({{10, "a"}});
    listing.add({.number = 2, .size = 20, .uid = {}, .has_uid_line = false});
    CHECK(told(wanted(listing, {}, {.remove = Fetched{}}, now, SizeTrust::exact)) ==
          "1:fetch(new) 2:fetch(unidentified)");
    const auto kept = wanted(listing, {}, {}, now, SizeTrust::exact);
    CHECK(told(kept) == "1:fetch(new) 2:skip(no_uid)");
    CHECK(waits(kept.back()));
}

TEST_CASE("L05 what stays although nobody asked for it counts as failed")
{
    const auto of = [](std::string_view reason, Action action = Action::skip) {
        return waits({.message = {}, .action = action, .why = {}, .reason = reason});
    };
    for (const auto* reason : {"retry_later", "in_doubt", "no_space", "no_uid"}) CHECK(of(reason));
    for (const auto* reason : {"too_large", "limit", "not_chosen"}) CHECK_FALSE(of(reason));
    CHECK_FALSE(of("fetched", Action::keep));
}

TEST_CASE("L01 a size that is not known is compared with nothing")
{
    state::Snapshot known;
    known.add("a", settled(10));
    pop3::Listing listing;
    listing.add({.number = 1, .size = 0, .uid = "a", .has_size = false});
    CHECK(told(wanted(listing, known, {}, now, SizeTrust::exact)) == "1:keep(fetched)");
    CHECK(numbers(expired(listing, known, {.remove = Fetched{}}, now)) == "1");
}

TEST_CASE("only settled messages are ever deleted")
{
    state::Snapshot known;
    known.add("settled", settled(10));
    known.add("promised", {.standing = Standing::promised, .size = 10});
    known.add("failed", {.standing = Standing::failed, .size = 10});
    known.add("gone", {.standing = Standing::gone, .size = 10});
    const auto listing =
        listing_of({{10, "settled"}, {10, "promised"}, {10, "failed"}, {10, "unknown"}, {10, "gone"}, {10, ""}});
    CHECK(numbers(expired(listing, known, {.remove = Never{}}, now)).empty());
    CHECK(numbers(expired(listing, known, {.remove = Fetched{}}, now)) == "1 5");
}

TEST_CASE("an age counts from when the message was settled here")
{
    state::Snapshot known;
    known.add("old", settled(10, 14 * 24h));
    known.add("young", settled(10, 14 * 24h - 1s));
    CHECK(numbers(expired(listing_of({{10, "old"}, {10, "young"}}), known, {.remove = Age{14 * 24h}}, now)) == "1");
}

TEST_CASE("keeping the newest counts every message on the server but deletes only settled ones")
{
    state::Snapshot known;
    for (const auto* uid : {"a", "b", "d"}) known.add(uid, settled(10));
    const auto listing = listing_of({{10, "a"}, {10, "b"}, {10, "c"}, {10, "d"}});
    CHECK(numbers(expired(listing, known, {.remove = KeepNewest{2}}, now)) == "1 2");
    CHECK(numbers(expired(listing, known, {.remove = KeepNewest{0}}, now)) == "1 2 4");
    CHECK(numbers(expired(listing, known, {.remove = KeepBytes{25}}, now)) == "1 2");
}

TEST_CASE("a message without identity is deleted by the id its bytes have")
{
    state::Snapshot known;
    known.add("\x01sha256=ab", settled(10));
    CHECK(numbers(expired(listing_of({{10, ""}}), known, {.remove = Fetched{}}, now, {{1, "\x01sha256=ab"}})) == "1");
}

}
