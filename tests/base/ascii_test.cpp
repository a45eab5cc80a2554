#include "support/catch.hpp"

#include <popfetch/base/ascii.hpp>

using namespace popfetch::base;

TEST_CASE("ASCII letters compare without case and other bytes exactly")
{
    CHECK(equal_ignoring_case("Pipelining", "PIPELINING"));
    CHECK_FALSE(equal_ignoring_case("TOP", "TOPS"));
    CHECK_FALSE(equal_ignoring_case("[", "{")); // 0x20 apart, as letters are
    CHECK_FALSE(equal_ignoring_case("\xC4", "\xE4"));
    CHECK(equal_ignoring_case("", ""));
}

TEST_CASE("a prefix is found without case")
{
    CHECK(starts_with_ignoring_case("+ok hello", "+OK"));
    CHECK(starts_with_ignoring_case("x", ""));
    CHECK_FALSE(starts_with_ignoring_case("+O", "+OK"));
}

TEST_CASE("case changes touch ASCII letters only")
{
    CHECK(to_upper("az-AZ 9\xE4") == "AZ-AZ 9\xE4");
    CHECK(to_lower("az-AZ 9\xC4") == "az-az 9\xC4");
}

TEST_CASE("trimming takes blanks and tabs from both ends and nothing else")
{
    CHECK(trim(" \t a b \t") == "a b");
    CHECK(trim("a\r") == "a\r");
    CHECK(trim(" \t ").empty());
    CHECK(trim("").empty());
}

TEST_CASE("words are taken one by one")
{
    std::string_view text = "EXPIRE \t 60  USER";
    CHECK(take_word(text) == "EXPIRE");
    CHECK(text == "60  USER");
    CHECK(take_word(text) == "60");
    CHECK(take_word(text) == "USER");
    CHECK(text.empty());
    CHECK(take_word(text).empty());
}

TEST_CASE("a text that begins with a blank has an empty first word")
{
    std::string_view text = " SASL";
    CHECK(take_word(text).empty());
    CHECK(text == "SASL");
}
