#include "pop3/listing_parser.hpp"

#include <map>
#include <random>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace pop3 = popfetch::pop3;
using pop3::Listing;
using pop3::ListingParser;
using pop3::parse_scan_line;
using pop3::parse_uid_line;

namespace {

Listing join(const std::vector<std::string>& scans, const std::vector<std::string>& uids,
             std::optional<std::uint64_t> expected = {})
{
    ListingParser parser;
    for (const auto& line : scans) parser.add_scan_line(line);
    for (const auto& line : uids) parser.add_uid_line(line);
    return parser.joined(expected);
}

std::string shown(const Listing& listing)
{
    std::string text;
    for (std::size_t i = 0; i < listing.size(); ++i) {
        const auto message = listing[i];
        text +=
            std::to_string(message.number) + ' ' + std::to_string(message.size) + ' ' + std::string{message.uid} + ';';
    }
    return text;
}

}

TEST_CASE("P19 a line of LIST is a number and a size with any blanks and anything behind")
{
    for (const auto* line : {"3 120", "3  120", "3\t120", " 3 120 ", "3 120 extra", "003 0120", "3 \t 120\t(bytes)"}) {
        INFO(line);
        const auto parsed = parse_scan_line(line);
        REQUIRE(parsed);
        CHECK(parsed->number == 3);
        CHECK(parsed->size == 120);
    }
}

TEST_CASE("P19 P43 a line of LIST that begins with no message number is no line")
{
    for (const auto* line : {"", "x 5", "0 5", "-1 5", "0x10 5", "4294967296 5", "99999999999999999999 1", "1.5 3",
                             "1,5", "+OK", "\xd9\xa1 5"}) {
        INFO(line);
        CHECK_FALSE(parse_scan_line(line));
    }
}

TEST_CASE("L01 a size without sense is a size that the server does not give")
{
    for (const auto* line : {"1", "1 ", "1 x", "1 -1", "1 -2", "1 +5", "1 5x", "1 1e3", "1 0x10",
                             "1 18446744073709551616", "1 %!d(float64=5461)"}) {
        INFO(line);
        const auto parsed = parse_scan_line(line);
        REQUIRE(parsed);
        CHECK(parsed->number == 1);
        CHECK_FALSE(parsed->size);
    }
}

TEST_CASE("P37 sizes and numbers at the edge do not wrap")
{
    const auto parsed = parse_scan_line("4294967295 18446744073709551615");
    REQUIRE(parsed);
    CHECK(parsed->number == 4294967295u);
    CHECK(parsed->size == 18446744073709551615u);
    CHECK(parse_scan_line("1 4294967297")->size == 4294967297u);
}

TEST_CASE("P20 a line of UIDL may have any blanks around the UID and keeps those within")
{
    CHECK(parse_uid_line("1 abc")->uid == "abc");
    CHECK(parse_uid_line("1   abc")->uid == "abc");
    CHECK(parse_uid_line("1\tabc \t")->uid == "abc");
    CHECK(parse_uid_line("1 a b  c ")->uid == "a b  c");
    CHECK(parse_uid_line("0012 x")->number == 12);
}

TEST_CASE("P21 a UID of up to 4096 octets is kept whole and a longer one is no identity")
{
    for (const std::size_t size : {71u, 128u, 129u, 4096u})
        CHECK(parse_uid_line("1 " + std::string(size, 'u'))->uid.size() == size);
    const auto longer = parse_uid_line("1 " + std::string(4097, 'u'));
    REQUIRE(longer);
    CHECK(longer->uid.empty());
}

TEST_CASE("P22 an empty UID leaves its message without identity and the others alone")
{
    CHECK(shown(join({"1 10", "2 20", "3 30"}, {"1 a", "2", "3 c"})) == "1 10 a;2 20 ;3 30 c;");
    CHECK(shown(join({"1 10"}, {"1   "})) == "1 10 ;");
}

TEST_CASE("P43 a line of UIDL that begins with no number is no line")
{
    for (const auto* line : {"", " ", "x abc", "0 abc", "-1 abc", "1e3 abc", "4294967296 abc", "1x abc"}) {
        INFO(line);
        CHECK_FALSE(parse_uid_line(line));
    }
}

TEST_CASE("P24 a UID that stands twice identifies neither message")
{
    const auto listing = join({"1 10", "2 20", "3 30", "4 40"}, {"1 same", "2 b", "3 same", "4 d"});
    CHECK(shown(listing) == "1 10 ;2 20 b;3 30 ;4 40 d;");
    CHECK(listing.complete);
    CHECK(shown(join({"1 1", "2 2", "3 3"}, {"1 x", "2 x", "3 x"})) == "1 1 ;2 2 ;3 3 ;");
}

TEST_CASE("LIST and UIDL are joined by number")
{
    const auto listing = join({"1 120", "2 200"}, {"1 a", "2 b"}, 2);
    CHECK(shown(listing) == "1 120 a;2 200 b;");
    CHECK(listing.complete);
    CHECK(listing.has_uids);
    CHECK(listing.skipped_lines == 0);
}

TEST_CASE("P18 L02 L03 what only one listing names is in it and then nothing is said to be gone")
{
    const auto arrived = join({"1 10", "2 20"}, {"1 a", "2 b", "3 c"}); // new mail between LIST and UIDL
    CHECK(shown(arrived) == "1 10 a;2 20 b;3 0 c;");
    CHECK_FALSE(arrived[2].has_size);
    CHECK_FALSE(arrived.complete);

    const auto missing = join({"1 10", "2 20", "3 30"}, {"1 a", "3 c"});
    CHECK(shown(missing) == "1 10 a;2 20 ;3 30 c;");
    CHECK_FALSE(missing[1].has_uid_line);
    CHECK_FALSE(missing.complete);

    CHECK_FALSE(join({"1 10"}, {"2 b"}).complete);
    CHECK(shown(join({"1 10"}, {"2 b"})) == "1 10 ;2 0 b;");
    CHECK_FALSE(join({"1 10"}, {"1 a"}, 2).complete); // STAT counts another
    CHECK(join({"1 10"}, {"1 a"}, 2).unlisted == 1);
    CHECK(join({}, {}, 0).complete);
    CHECK_FALSE(join({}, {}, 5).complete);
    CHECK(join({"1 10", "2 20"}, {"1 a", "2 b"}, 1).unlisted == 0);
}

TEST_CASE("P19 numbers that descend or repeat are put in order and of two the first counts")
{
    const auto listing = join({"3 30", "1 10", "2 20", "1 99"}, {"2 b", "3 c", "1 a", "3 other"});
    CHECK(shown(listing) == "1 10 a;2 20 b;3 30 c;");
    CHECK(listing.skipped_lines == 2);
    CHECK_FALSE(listing.complete);
}

TEST_CASE("P19 lines without sense are counted and the rest is used")
{
    const auto listing = join({"1 10", "rubbish", "2 20"}, {"1 a", "2 b", "x y"});
    CHECK(shown(listing) == "1 10 a;2 20 b;");
    CHECK(listing.skipped_lines == 2);
    CHECK_FALSE(listing.complete);
}

TEST_CASE("A server without UIDL gives messages without identity")
{
    ListingParser parser;
    parser.add_scan_line("2 20");
    parser.add_scan_line("1 10");
    const auto listing = parser.without_uids();
    CHECK(shown(listing) == "1 10 ;2 20 ;");
    CHECK_FALSE(listing.has_uids);
    CHECK_FALSE(listing.complete);
}

TEST_CASE("Random listings in any order join as a slow reference joins them")
{
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random{seed};
    const auto below = [&](unsigned n) { return std::uniform_int_distribution<unsigned>{0, n - 1}(random); };
    for (int round = 0; round < 500; ++round) {
        std::vector<std::string> scans, uids;
        std::map<unsigned, std::string> size_of, uid_of;
        for (auto left = below(30); left > 0; --left) {
            const auto number = 1 + below(25);
            const auto text = std::to_string(below(1000));
            scans.push_back(std::to_string(number) + ' ' + text);
            size_of.emplace(number, text);
        }
        for (auto left = below(30); left > 0; --left) {
            const auto number = 1 + below(25);
            const auto text = std::string{"u"} + std::to_string(below(12));
            uids.push_back(std::to_string(number) + ' ' + text);
            uid_of.emplace(number, text);
        }
        std::map<std::string, int> times;
        for (const auto& [number, uid] : uid_of) ++times[uid];
        std::string expected;
        for (unsigned number = 1; number <= 25; ++number) {
            const auto size = size_of.find(number);
            const auto uid = uid_of.find(number);
            if (size == size_of.end() && uid == uid_of.end()) continue;
            expected += std::to_string(number) + ' ' + (size == size_of.end() ? "0" : size->second) + ' ' +
                        (uid == uid_of.end() || times[uid->second] > 1 ? "" : uid->second) + ';';
        }
        REQUIRE(shown(join(scans, uids)) == expected);
    }
}
