#include "support/catch.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <popfetch/base/units.hpp>

using namespace popfetch::base;

TEST_CASE("durations are a whole number and a unit")
{
    CHECK(parse_duration("30s")->count() == 30);
    CHECK(parse_duration("5m")->count() == 300);
    CHECK(parse_duration("12h")->count() == 43'200);
    CHECK(parse_duration("14d")->count() == 1'209'600);
    CHECK(parse_duration("2w")->count() == 1'209'600);
    CHECK(parse_duration("0")->count() == 0);
    CHECK(parse_duration("0d")->count() == 0);
}

TEST_CASE("P43 anything but a duration is none")
{
    for (const char* text : {"", "5", "s", "-5s", "+5s", " 5s", "5s ", "5 s", "1.5h", "1e3s", "0x5s", "5S", "5ms",
                             "1h30m", "00", "99999999999999999999s", "18446744073709551615s", "36526d"}) {
        INFO(text);
        CHECK_FALSE(parse_duration(text));
    }
    CHECK(parse_duration("36525d"));
}

TEST_CASE("a duration is written as it is read")
{
    for (const char* text : {"14d", "12h", "90s", "90m", "1d", "1s", "36525d"}) {
        CHECK(format_duration(*parse_duration(text)) == text);
    }
    CHECK(format_duration(std::chrono::seconds{60}) == "1m");
    CHECK(format_duration(std::chrono::seconds{0}) == "0s");
}

TEST_CASE("sizes are octets or powers of 1024")
{
    CHECK(parse_size("0") == 0U);
    CHECK(parse_size("512") == 512U);
    CHECK(parse_size("10K") == 10'240U);
    CHECK(parse_size("10M") == 10'485'760U);
    CHECK(parse_size("1MB") == 1'048'576U);
    CHECK(parse_size("1MiB") == 1'048'576U);
    CHECK(parse_size("1G") == 1'073'741'824U);
    CHECK(parse_size("1T") == 1'099'511'627'776U);
    CHECK(parse_size("18446744073709551615") == UINT64_MAX);
    CHECK(parse_size("16777215T") == 16'777'215ULL << 40U);
}

TEST_CASE("P43 anything but a size is none")
{
    for (const char* text :
         {"",   "K",  "B",   "iB",  "MiB", "-1",   "+1",  "1.5M", "1 M",       " 1M",
          "1k", "1m", "1KK", "1Mi", "10B", "10iB", "1e3", "0x10", "16777216T", "18446744073709551616",
          "1P"}) {
        INFO(text);
        CHECK_FALSE(parse_size(text));
    }
}

TEST_CASE("sizes are shown in at most four characters")
{
    const std::vector<std::pair<std::uint64_t, std::string>> sizes{{0, "0"},
                                                                   {512, "512"},
                                                                   {1023, "1023"},
                                                                   {1024, "1.0K"},
                                                                   {3481, "3.4K"},
                                                                   {10'188, "9.9K"},
                                                                   {10'189, "10K"},
                                                                   {12'288, "12K"},
                                                                   {1'023'487, "999K"},
                                                                   {1'023'488, "1.0M"},
                                                                   {1'048'576, "1.0M"},
                                                                   {12'582'912, "12M"},
                                                                   {1'181'116'006, "1.1G"},
                                                                   {1ULL << 40U, "1.0T"},
                                                                   {1ULL << 50U, "1.0P"},
                                                                   {UINT64_MAX, "16E"}};
    for (const auto& [octets, text] : sizes) CHECK(format_size(octets) == text);
}

TEST_CASE("no size takes five characters")
{
    for (unsigned shift = 0; shift < 64; ++shift) {
        for (const std::uint64_t tenths : {10U, 11U, 15U, 99U, 100U, 101U, 9'990U, 9'999U, 10'000U, 10'239U}) {
            const std::uint64_t octets = (1ULL << shift) / 10 * tenths;
            REQUIRE(format_size(octets).size() <= 4);
        }
    }
}

TEST_CASE("totals have one decimal wherever they have a unit")
{
    const std::vector<std::pair<std::uint64_t, std::string>> totals{{0, "0"},
                                                                    {1'023, "1023"},
                                                                    {1'024, "1.0K"},
                                                                    {3'481, "3.4K"},
                                                                    {19'293'798, "18.4M"},
                                                                    {104'752'742, "99.9M"},
                                                                    {1'048'471'143, "999.9M"},
                                                                    {1'048'576'000, "1.0G"},
                                                                    {1ULL << 50U, "1.0P"},
                                                                    {UINT64_MAX, "16.0E"}};
    for (const auto& [octets, text] : totals) CHECK(format_total(octets) == text);
}

TEST_CASE("counts have their thousands set apart")
{
    CHECK(format_count(0) == "0");
    CHECK(format_count(999) == "999");
    CHECK(format_count(1204) == "1,204");
    CHECK(format_count(1'234'567) == "1,234,567");
    CHECK(format_count(UINT64_MAX) == "18,446,744,073,709,551,615");
}
