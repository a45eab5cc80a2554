#include "state/cell.hpp"

#include "sample.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

namespace popfetch::state {
namespace {

std::string_view no_page(std::uint32_t) { return {}; }

/// Where rows begin in these octets.
std::vector<std::size_t> rows_in(std::string_view bytes)
{
    std::vector<std::size_t> found;
    std::string joined;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        if (row_at(bytes.substr(i), 4096, no_page, joined)) found.push_back(i);
    return found;
}

std::string image_of(const std::vector<std::string>& all)
{
    const test::TempFolder folder;
    {
        auto ledger = open_ledger(folder / "work.ledger");
        ledger.adopt(promises_of(all), monday);
    }
    return test::text_of(folder / "work.ledger");
}

}

TEST_CASE("Each row that SQLite wrote is found and nothing else")
{
    const auto image = image_of(ids("uid-", 40));
    const auto found = rows_in(image);
    REQUIRE(found.size() == 40);
    std::string joined;
    const auto last = row_at(std::string_view{image}.substr(found[0]), 4096, no_page, joined);
    CHECK(last->id.substr(0, 4) == "uid-");
    CHECK(last->standing == Standing::settled);
    CHECK(last->size == 1234);
    CHECK(last->since == monday);
    CHECK(last->target == "maildir");
}

TEST_CASE("A row that is cut or changed anywhere is none")
{
    const auto image = image_of({"uid"});
    const auto found = rows_in(image);
    REQUIRE(found.size() == 1);
    const auto row = image.substr(found[0]);
    std::size_t size = 0;
    std::string joined;
    while (!row_at(std::string_view{row}.substr(0, size), 4096, no_page, joined)) ++size;
    CHECK(size > 60);
    bool all_refused = true;
    for (std::size_t at = 0; at < size; ++at) {
        auto changed = row;
        changed[at] = static_cast<char>(changed[at] ^ 0x15);
        all_refused = all_refused && !row_at(changed, 4096, no_page, joined);
    }
    CHECK(all_refused);
}

TEST_CASE("A long row whose further pages are missing is none")
{
    CHECK(rows_in(image_of({std::string(4000, 'x')})).empty());
}

TEST_CASE("Arbitrary octets hold no row and are read within their bounds")
{
    std::string joined;
    for (std::size_t length = 0; length < 40; ++length)
        for (const char fill : {'\0', '\x01', '\x7f', '\x80', '\xff'})
            CHECK_FALSE(row_at(std::string(length, fill), 4096, no_page, joined));
}

}
