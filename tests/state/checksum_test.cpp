#include "state/checksum.hpp"

#include <string>

#include "support/catch.hpp"

namespace popfetch::state {
namespace {

std::uint64_t sum_of(std::initializer_list<std::string_view> texts)
{
    Checksum sum;
    for (const auto text : texts) sum.text(text);
    return sum.value();
}

}

TEST_CASE("A flipped bit always changes the checksum")
{
    const std::string text = "a record of some length, not a multiple of eight";
    const auto sum = sum_of({text});
    bool all_differ = true;
    for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
        auto flipped = text;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        all_differ = all_differ && sum_of({flipped}) != sum;
    }
    CHECK(all_differ);
}

TEST_CASE("The border between two texts is part of the checksum")
{
    CHECK(sum_of({"ab", "c"}) != sum_of({"a", "bc"}));
    CHECK(sum_of({"", "a"}) != sum_of({"a", ""}));
    CHECK(sum_of({std::string(1, '\0')}) != sum_of({""}));
}

TEST_CASE("The checksum is part of the format and stays what it is")
{
    Checksum sum;
    sum.number(1);
    sum.text("popfetch ledger");
    CHECK(sum.value() == 0xd5b4c9b435215603);
}

}
