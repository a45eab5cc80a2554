#include "support/catch.hpp"

#include <set>
#include <string>

#include <popfetch/base/random.hpp>

using popfetch::base::random_hex;

TEST_CASE("random names are hex of the length asked for")
{
    for (const std::size_t bytes : {0U, 1U, 8U, 256U, 257U, 1000U}) {
        const std::string name = random_hex(bytes);
        CHECK(name.size() == 2 * bytes);
        CHECK(name.find_first_not_of("0123456789abcdef") == std::string::npos);
    }
    // Every part of a long one was filled.
    CHECK(random_hex(600).substr(1100).find_first_not_of('0') != std::string::npos);
}

TEST_CASE("F18 a thousand random names are a thousand names")
{
    std::set<std::string> names;
    for (int i = 0; i < 1000; ++i) names.insert(random_hex(8));
    CHECK(names.size() == 1000);
}
