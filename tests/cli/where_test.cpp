#include "cli/where.hpp"

#include <popfetch/base/error.hpp>

#include "support/catch.hpp"

namespace popfetch::cli {

namespace {

using namespace std::chrono_literals;

const base::WallTime now{std::chrono::sys_days{std::chrono::November / 21 / 2026}};

Row row_of(std::uint32_t number, std::uint64_t size, std::string_view from, std::string_view subject,
           std::chrono::seconds age)
{
    Row row;
    row.message = {number, size, "uid-A"};
    row.summary = mail::Summary{};
    row.summary->from = {{"Alice Example", std::string{from}}};
    row.summary->subject = subject;
    row.summary->date = now - age;
    return row;
}

const Row row = row_of(7, 2 << 20, "alice@example.org", "Nightly build", 40 * 24h);

bool holds(std::string_view text) { return Where{text}.holds(row, now); }

}

TEST_CASE("a term compares a field with a value")
{
    CHECK(holds("size>1M"));
    CHECK_FALSE(holds("size<=1M"));
    CHECK(holds("number=7"));
    CHECK(holds("number!=8"));
    CHECK(holds("state=new"));
    CHECK(holds("uid=UID-a"));
    CHECK(holds("from~example.org"));
    CHECK(holds("from~alice"));
    CHECK(holds("subject~NIGHTLY"));
    CHECK_FALSE(holds("subject=nightly"));
    CHECK(holds("older>30d"));
    CHECK_FALSE(holds("newer<30d"));
    CHECK(holds("newer<60d"));
}

TEST_CASE("and binds tighter than or and not turns one term round")
{
    CHECK(holds("size<1 and size<1 or number=7"));
    CHECK_FALSE(holds("size<1 and size<1 or number=8"));
    CHECK(holds("not size<1"));
    CHECK(holds("size>1 and not from~bob"));
}

TEST_CASE("quotes keep a value with blanks together")
{
    CHECK(holds("subject=\"nightly build\""));
    CHECK(holds("subject~\"ly bu\" and number>1"));
}

TEST_CASE("headers are read only where a term needs them")
{
    CHECK_FALSE(Where{"size>1M and state=new and number<9"}.needs_headers());
    CHECK(Where{"size>1M or from~x"}.needs_headers());
    CHECK(Where{"older>1d"}.needs_headers());
}

TEST_CASE("what cannot be understood is pointed at")
{
    const auto complaint = [](std::string_view text) {
        try {
            Where{text};
        } catch (const base::Error& error) {
            CHECK(error.status() == base::ExitStatus::usage);
            return std::string{error.what()};
        }
        return std::string{};
    };
    CHECK(complaint("sise>1M") == "--where: there is no field \"sise\"; did you mean \"size\"?");
    CHECK(complaint("size>big") == "--where: \"big\" is no size; write it as 300K, 50M or 1G");
    CHECK(complaint("older>big").find("\"big\" is no age") != std::string::npos);
    CHECK(complaint("number=big").find("\"big\" is no number") != std::string::npos);
    CHECK(complaint("state=neww") == "--where: there is no state \"neww\"; did you mean \"new\"?");
    CHECK(complaint("from").find("\"from\" is no term") != std::string::npos);
    CHECK(complaint("from>a").find("text can only be compared") != std::string::npos);
    CHECK(complaint("size~1").find("~ is for text") != std::string::npos);
    CHECK(complaint("size>1 and").find("a term is missing") != std::string::npos);
    CHECK(complaint("").find("a term is missing") != std::string::npos);
    CHECK(complaint("subject=\"x").find("not closed") != std::string::npos);
}

}
