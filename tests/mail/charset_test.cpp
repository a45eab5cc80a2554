#include "mail/charset.hpp"

#include <popfetch/base/printable.hpp>

#include "support/catch.hpp"

using popfetch::base::is_valid_utf8;
using popfetch::mail::header_to_utf8;
using popfetch::mail::shortened;
using popfetch::mail::to_utf8;
using popfetch::mail::whole_characters;

TEST_CASE("labelled text is converted from its charset")
{
    CHECK(to_utf8("caf\xe9", "iso-8859-1") == "café");
    CHECK(to_utf8("\x93x\x94", "ISO-8859-1") == "“x”"); // everybody means windows-1252
    CHECK(to_utf8("\xf0\xd2\xc9", "koi8-r") == "При");
    CHECK(to_utf8("\xa4\xa4\xb0\xea", "big5") == "中國");
    CHECK(to_utf8("\xd6\xd0\xb9\xfa", "gb2312") == "中国");
    CHECK(to_utf8("\x81\x40", "gb2312") == "丂"); // which is in GBK only
    CHECK(to_utf8("大", "UTF-8") == "大");
    CHECK(to_utf8("\xfe\xff\x59\x27", "utf-16") == "大");
}

TEST_CASE("text that says nothing or something unheard of is guessed")
{
    CHECK(to_utf8("大阪", "") == "大阪");
    CHECK(to_utf8("大阪", "us-ascii") == "大阪");
    CHECK(to_utf8("caf\xe9 \x80", "") == "café €");
    CHECK(to_utf8("caf\xe9", "x-unheard-of") == "café");
    CHECK(to_utf8("大", "x-unheard-of") == "大");
    CHECK(to_utf8("\x1b$B8+@Q=q\x1b(B", "") == "見積書");
}

TEST_CASE("what cannot be converted is marked and the rest is read")
{
    CHECK(to_utf8("a\xff"
                  "b",
                  "utf-8") == "a\xEF\xBF\xBD"
                              "b");
    CHECK(to_utf8("\xa4\xa4\xff"
                  "b",
                  "big5") == "中\xEF\xBF\xBD"
                             "b");
    CHECK(is_valid_utf8(to_utf8("\x81\x8d", "windows-1252")));
}

TEST_CASE("a character that is cut off at the end is left out")
{
    CHECK(to_utf8("a\xe5\xa4", "utf-8") == "a");
    CHECK(to_utf8("大\xe5\xa4", "") == "大");
    CHECK(to_utf8("\xa4\xa4\xb0", "big5") == "中");
    CHECK(whole_characters("a\xf0\x9f\x98") == "a");
    CHECK(whole_characters("a\xf0\x9f\x98\x80") == "a\xf0\x9f\x98\x80");
    CHECK(whole_characters("").empty());
}

TEST_CASE("a header field is UTF-8 or in the charset of the body")
{
    CHECK(header_to_utf8("Grüße", "koi8-r") == "Grüße");
    CHECK(header_to_utf8("\xf0\xd2\xc9", "koi8-r") == "При");
    CHECK(header_to_utf8("caf\xe9", "utf-8") == "café");
    CHECK(header_to_utf8("caf\xe9", "") == "café");
}

TEST_CASE("a text is shortened between characters and marked")
{
    CHECK(shortened("abc", 3) == "abc");
    CHECK(shortened("abcd", 3) == "abc…");
    CHECK(shortened("大阪", 4) == "大…");
}
