#include "state/siphash.hpp"

#include <set>
#include <string>

#include "support/catch.hpp"

namespace popfetch::state {

TEST_CASE("SipHash gives the values of its authors")
{
    // Aumasson and Bernstein, appendix A: the key is 00 … 0f, the message 00 … 0e.
    constexpr HashKey key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
    std::string message;
    for (char c = 0; c < 15; ++c) message += c;
    CHECK(siphash(message, key) == 0xa129ca6149be45e5);
    // The first of the vectors in the reference implementation: nothing at all.
    CHECK(siphash("", key) == 0x726fdb47dd0e0e31);
}

TEST_CASE("Every length of the last word matters")
{
    std::set<std::uint64_t> seen;
    for (std::size_t length = 0; length <= 24; ++length) seen.insert(siphash(std::string(length, '\0'), {}));
    CHECK(seen.size() == 25);
}

TEST_CASE("No two keys are alike")
{
    const auto one = random_hash_key(), other = random_hash_key();
    CHECK(one.first != other.first);
    CHECK(one.second != other.second);
}

}
