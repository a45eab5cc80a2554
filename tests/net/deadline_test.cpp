#include "support/catch.hpp"

#include <chrono>
#include <type_traits>

#include <popfetch/net/deadline.hpp>

using namespace std::chrono_literals;
using popfetch::net::Deadline;

TEST_CASE("N13 deadlines do not follow the wall clock") { STATIC_REQUIRE(Deadline::Clock::is_steady); }

TEST_CASE("What is left is never negative and never more than poll takes")
{
    CHECK(Deadline{Deadline::Clock::time_point::min()}.left() == 0ms);
    CHECK(Deadline::never().left() == 24h);
    CHECK_FALSE(Deadline::never().passed());
    CHECK(Deadline::in(0ms).passed());
    CHECK(Deadline::in(1h).left() <= 1h);
    CHECK(Deadline::in(std::chrono::milliseconds::max()).left() == 24h);
}

TEST_CASE("A deadline that has not passed leaves at least a millisecond to wait")
{
    const Deadline soon{Deadline::Clock::now() + 2h - 1us};
    CHECK(soon.left() > 0ms);
    CHECK(soon.left().count() * 1'000'000 >= (2h - 1min).count());
}

TEST_CASE("The earlier of two deadlines holds")
{
    const auto soon = Deadline::in(1s);
    CHECK(earlier(soon, Deadline::never()).left() <= 1s);
    CHECK(earlier(Deadline::never(), soon).left() <= 1s);
}
