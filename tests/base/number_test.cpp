#include "support/catch.hpp"

#include <cstdint>
#include <string>

#include <popfetch/base/number.hpp>

using popfetch::base::parse_number;

TEST_CASE("P43 a number is decimal digits and nothing else")
{
    CHECK(parse_number<std::uint64_t>("0") == 0U);
    CHECK(parse_number<std::uint64_t>("007") == 7U);
    CHECK(parse_number<std::uint64_t>("18446744073709551615") == UINT64_MAX);
    for (const std::string text : {"", " 1", "1 ", "+1", "-1", "0x10", "1e3", "1.0", "1,000", "١",
                                   "18446744073709551616", "99999999999999999999"}) {
        INFO(text);
        CHECK_FALSE(parse_number<std::uint64_t>(text));
    }
    CHECK_FALSE(parse_number<std::uint64_t>(std::string("1\0", 2)));
}

TEST_CASE("a number out of range is none")
{
    CHECK(parse_number<std::uint16_t>("65535") == 65535);
    CHECK_FALSE(parse_number<std::uint16_t>("65536"));
    CHECK_FALSE(parse_number<unsigned>("0", 1));
    CHECK(parse_number<unsigned>("60", 0, 60) == 60U);
    CHECK_FALSE(parse_number<unsigned>("61", 0, 60));
}
