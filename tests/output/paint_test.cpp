#include <popfetch/output/format.hpp>

#include "support/catch.hpp"

using popfetch::output::Paint;
using popfetch::output::painted;

TEST_CASE("a painted text ends with the colour it began with taken back")
{
    CHECK(painted("new", Paint::good, true) == "\x1b[32mnew\x1b[0m");
    CHECK(painted("failed", Paint::bad, true) == "\x1b[31mfailed\x1b[0m");
    CHECK(painted("soon", Paint::warning, true) == "\x1b[33msoon\x1b[0m");
    CHECK(painted("old", Paint::faint, true) == "\x1b[2mold\x1b[0m");
}

TEST_CASE("a text without paint or without colour is itself")
{
    CHECK(painted("kept", Paint::plain, true) == "kept");
    CHECK(painted("new", Paint::good, false) == "new");
    CHECK(painted("", Paint::bad, true).empty());
}
