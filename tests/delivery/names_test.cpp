#include "support/catch.hpp"

#include <set>
#include <thread>

#include <unistd.h>

#include "delivery/names.hpp"

using namespace popfetch;
using namespace popfetch::delivery;

namespace {

const base::WallTime received{std::chrono::seconds{1795248900}}; // 2026-11-21T08:15:00Z

Names names_of(std::string_view account, std::string_view role = "1", const base::Path& ledger = "/state/work.spool")
{
    return {Names::Style::maildir, account, ledger, role};
}

// As another process would have written it.
std::string by_process(std::string name, const std::string& pid)
{
    const auto own = "P" + std::to_string(::getpid()) + "Q";
    return name.replace(name.find(own), own.size(), "P" + pid + "Q");
}

}

TEST_CASE("A name begins with the time of delivery and ends with the host")
{
    const auto name = names_of("work").next(received);
    CHECK(name.starts_with("1795248900.M"));
    CHECK(name.ends_with("." + this_host()));
    CHECK(name.find('/') == std::string::npos);
    CHECK(name.find(':') == std::string::npos);
    CHECK(name.size() < 200);
    Names dated{Names::Style::dated, "work", "/state", "1"};
    CHECK(dated.next(received).starts_with("20261121T081500Z.P"));
}

TEST_CASE("No name is given twice though two threads ask")
{
    auto names = names_of("work");
    const auto some = [&names](std::vector<std::string>& given) {
        for (int i = 0; i < 20000; ++i) given.push_back(names.next(received));
    };
    std::vector<std::string> theirs;
    std::vector<std::string> ours;
    {
        const std::jthread other{[&] { some(theirs); }};
        some(ours);
    }
    std::set<std::string> all{ours.begin(), ours.end()};
    all.insert(theirs.begin(), theirs.end());
    CHECK(all.size() == 40000);
}

TEST_CASE("The time of delivery can be read from a name of either style")
{
    CHECK(delivery_time(names_of("work").next(received)) == received);
    CHECK(delivery_time(names_of("work").next(received) + ":2,S") == received);
    CHECK(delivery_time(Names{Names::Style::dated, "work", "/state", "1"}.next(received) + ".eml") == received);
    for (const auto* name : {"", ".", "inbox", "18446744073709551615.x", "20261121T081500.x", "2026-1121081500Z.x"})
        CHECK_FALSE(delivery_time(name));
}

TEST_CASE("F18 names differ within a run and between runs of the same process number")
{
    std::set<std::string> all;
    for (int run = 0; run < 4; ++run) {
        auto names = names_of("work");
        for (int i = 0; i < 250; ++i) all.insert(names.next(received).substr(20)); // without time and fraction
    }
    CHECK(all.size() == 1000);
}

TEST_CASE("F18 no host name can lead out of the folder or confuse a reader of flags")
{
    CHECK(host_for_names("pop.example.org") == "pop.example.org");
    CHECK(host_for_names("a/b:c\\d") == "a\\057b\\072c\\134d");
    CHECK(host_for_names("x,S=1") == "x\\054S\\0751");
    CHECK(host_for_names("") == "localhost");
    CHECK(host_for_names(std::string(300, 'h')) == std::string(64, 'h'));
    CHECK(host_for_names("\x1b[2J") == "\\033\\1332J");
}

TEST_CASE("The unique part is what readers leave alone")
{
    const auto name = names_of("work").next(received);
    const auto unique = unique_part(name);
    CHECK(!unique.empty());
    CHECK(name.starts_with(unique));
    for (const auto* const added : {",S=123", ",S=123:2,RS", "+1,S=5", ".done", ".eml", ":2,"})
        CHECK(unique_part(name + added) == unique);
    CHECK(unique_part(names_of("work").next(received)) != unique);
}

TEST_CASE("Names of other programs bear no mark")
{
    for (const std::string_view name :
         {"", "R", "1234567890.V1I2M3.host", "1234567890.M1P2Q3R0123456789abcdef.host,S=5",
          "R0123456789abcdef0123456789abcdef0", "Received0123456789abcdef0123456789abcde"}) {
        CHECK(unique_part(name).empty());
        CHECK(!names_of("work").is_left_behind(name));
        CHECK(!bears_mark_of(name, account_mark("work")));
    }
}

TEST_CASE("The mark tells whose account it was wherever the ledger lies")
{
    const auto name = names_of("work", "1", "/somewhere/else").next(received);
    CHECK(bears_mark_of(name, account_mark("work")));
    CHECK(!bears_mark_of(name, account_mark("home")));
}

TEST_CASE("Left behind is only what the same account and ledger and target wrote")
{
    const auto name = names_of("work").next(received);
    CHECK(names_of("work").is_left_behind(name));
    CHECK(!names_of("home").is_left_behind(name));
    CHECK(!names_of("work", "2").is_left_behind(name));
    CHECK(!names_of("work", "1", "/state/other.spool").is_left_behind(name));
}

TEST_CASE("What another living process writes is not left behind")
{
    const auto name = names_of("work").next(received);
    CHECK(!names_of("work").is_left_behind(by_process(name, "1")));
    CHECK(names_of("work").is_left_behind(by_process(name, "1073741823"))); // beyond what the kernel gives
}
