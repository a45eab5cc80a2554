#include <popfetch/pop3/listing.hpp>

#include <limits>

#include "support/catch.hpp"

namespace pop3 = popfetch::pop3;

TEST_CASE("A listing gives back what was put in")
{
    pop3::Listing listing;
    CHECK(listing.empty());
    listing.add(1, 120, "whqtswO00WBw418f9t5JxYwZ");
    listing.add(2, 200, "");
    listing.add(7, 5, "QhdPYR:00WBw1Ph7x7");

    REQUIRE(listing.size() == 3);
    CHECK(listing[0].uid == "whqtswO00WBw418f9t5JxYwZ");
    CHECK(listing[0].identified());
    CHECK_FALSE(listing[1].identified());
    CHECK(listing[2].number == 7);
    CHECK(listing[2].size == 5);
    CHECK(listing.octets() == 325);
}

TEST_CASE("A message is found by its number")
{
    pop3::Listing listing;
    CHECK_FALSE(listing.find(1));
    listing.add(2, 20, "b");
    listing.add(5, 50, "e");
    CHECK(listing.find(2)->uid == "b");
    CHECK(listing.find(5)->size == 50);
    for (const auto number : {0u, 1u, 3u, 6u}) CHECK_FALSE(listing.find(number));
}

TEST_CASE("P19 a sum of absurd sizes does not wrap")
{
    pop3::Listing listing;
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    listing.add(1, most, "a");
    listing.add(2, 5, "b");
    CHECK(listing.octets() == most);
}

TEST_CASE("P23 a UID is only bytes")
{
    pop3::Listing listing;
    const std::string_view odd{"../../x\0\x1b[2J\xff a", 16};
    listing.add(1, 1, odd);
    CHECK(listing[0].uid == odd);
}
