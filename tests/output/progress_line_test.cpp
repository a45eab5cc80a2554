#include <popfetch/output/format.hpp>
#include <popfetch/output/progress.hpp>

#include "support/catch.hpp"

using popfetch::output::columns_of;
using popfetch::output::progress_line;

namespace {

constexpr std::uint64_t operator""_MiB(unsigned long long count) { return count << 20U; }

}

TEST_CASE("a progress line shows bar and messages and octets and rate and time left")
{
    CHECK(progress_line("work", 4, 312, 410, 18_MiB, 24_MiB, 3.0 * 1024 * 1024, 80) ==
          "work  ━━━━━━━━━━━━━━━━━━━╸──────  312/410  18.0M of 24.0M  3.0M/s  0:02");
}

TEST_CASE("a progress line begins with an empty bar and ends with a full one")
{
    CHECK(progress_line("w", 1, 0, 2, 0, 100, 0, 80) == "w  ──────────────────────────  0/2    0 of 100");
    CHECK(progress_line("w", 1, 2, 2, 100, 100, 0, 80) == "w  ━━━━━━━━━━━━━━━━━━━━━━━━━━  2/2  100 of 100");
    // More came than LIST had said.
    CHECK(progress_line("w", 1, 2, 2, 150, 100, 0, 80) == "w  ━━━━━━━━━━━━━━━━━━━━━━━━━━  2/2  150 of 100");
}

TEST_CASE("without sizes the bar follows the messages")
{
    CHECK(progress_line("w", 1, 1, 2, 0, 0, 0, 80) == "w  ━━━━━━━━━━━━━─────────────  1/2  0 of 0");
}

TEST_CASE("thousands are set apart and what grows keeps its place")
{
    CHECK(progress_line("w", 1, 9, 6'046, 1024, 32_MiB, 0, 80) ==
          "w  ──────────────────────────      9/6,046   1.0K of 32.0M");
}

TEST_CASE("names stand in one column whatever their width")
{
    const auto wide = progress_line("大阪", 6, 0, 1, 0, 10, 0, 80);
    CHECK(wide.starts_with("大阪    ─"));
    CHECK(progress_line("a-very-long-name", 6, 0, 1, 0, 10, 0, 80).starts_with("a-ver…  ─"));
}

TEST_CASE("time left is in minutes or hours and missing where it would be a guess")
{
    CHECK(progress_line("w", 1, 0, 1, 0, 61, 1, 80).ends_with("  1/s  1:01"));
    CHECK(progress_line("w", 1, 0, 1, 0, 3'661, 1, 80).ends_with("  1/s  1:01:01"));
    CHECK(progress_line("w", 1, 0, 1, 0, 400'000, 1, 80).ends_with("  1/s"));
}

TEST_CASE("a narrow terminal loses the rate first and then the octets")
{
    const auto line = [](unsigned width) {
        return progress_line("work", 4, 312, 410, 18_MiB, 24_MiB, 3.0 * 1024 * 1024, width);
    };
    CHECK(line(60) == "work  ━━━━━━━━━━━────  312/410  18.0M of 24.0M  3.0M/s  0:02");
    CHECK(line(48) == "work  ━━━━━━━━───  312/410  18.0M of 24.0M  0:02");
    CHECK(line(30) == "work  ━━━━━━╸──  312/410  0:02");
    CHECK(line(22) == "work  ━━━━━──  312/410");
    CHECK(line(14) == "work  312/410");
    CHECK(line(8) == "work  3…");
}

TEST_CASE("a progress line is never wider than it may be")
{
    for (unsigned width = 0; width < 100; ++width) {
        CAPTURE(width);
        CHECK(columns_of(progress_line("work", 4, 312, 410, 18_MiB, 24_MiB, 3e6, width)) <= width);
    }
}
