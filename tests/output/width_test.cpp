#include <popfetch/output/format.hpp>

#include "support/catch.hpp"

using popfetch::output::columns_of;
using popfetch::output::cut_to;

TEST_CASE("characters take no column or one or two")
{
    CHECK(columns_of("") == 0);
    CHECK(columns_of("abc é ß Ω я") == 11);
    CHECK(columns_of("大阪支店") == 8);
    CHECK(columns_of("한국어") == 6);
    CHECK(columns_of("ﾊﾝｶｸ") == 4);
    CHECK(columns_of("ＡＢ") == 4);
    CHECK(columns_of("😀") == 2);
    CHECK(columns_of("e\u0301") == 1);
    CHECK(columns_of("\u05d0\u05b0") == 1);
    CHECK(columns_of("\u1112\u1161\u11ab") == 2); // Hangul Jamo: one syllable of three letters
    CHECK(columns_of("❤\ufe0f") == 1);
    CHECK(columns_of("…") == 1);
}

TEST_CASE("bytes that are not UTF-8 count one each")
{
    CHECK(columns_of("\xff\xfe") == 2);
    CHECK(columns_of("\xe5\xa4") == 2);
}

TEST_CASE("a text that fits is not cut")
{
    CHECK(cut_to("abc", 3) == "abc");
    CHECK(cut_to("大阪", 4) == "大阪");
    CHECK(cut_to("", 0).empty());
}

TEST_CASE("a text is cut between characters and ends with a mark")
{
    CHECK(cut_to("abcd", 3) == "ab…");
    CHECK(cut_to("大阪支店", 7) == "大阪支…");
    CHECK(cut_to("大阪支店", 6) == "大阪…");
    CHECK(cut_to("e\u0301e\u0301e\u0301", 2) == "e\u0301…");
    CHECK(cut_to("ab", 1) == "…");
    CHECK(cut_to("ab", 0).empty());
}

TEST_CASE("what is cut is never wider than asked for")
{
    const std::string text = "a大e\u0301\xff😀 bc阪";
    for (std::size_t columns = 0; columns < 15; ++columns) CHECK(columns_of(cut_to(text, columns)) <= columns);
}
