#include "mail/html.hpp"

#include <popfetch/base/printable.hpp>

#include "support/catch.hpp"

using popfetch::mail::text_of_html;

namespace {

std::string repeated(std::string_view text, std::size_t times)
{
    std::string result;
    for (; times > 0; --times) result += text;
    return result;
}

}

TEST_CASE("tags go and blanks collapse")
{
    CHECK(text_of_html("<p>Hello,\n   <b>World</b>!</p>") == "Hello, World!\n");
    CHECK(text_of_html("a <i >b</i> c") == "a b c\n");
    CHECK(text_of_html("").empty());
    CHECK(text_of_html(" \n <p> </p> ").empty());
}

TEST_CASE("blocks become lines and never more than one empty one")
{
    CHECK(text_of_html("<p>one</p><p>two</p>") == "one\n\ntwo\n");
    CHECK(text_of_html("<div>one</div><div>two</div>") == "one\ntwo\n");
    CHECK(text_of_html("one<br>two<br/>three") == "one\ntwo\nthree\n");
    CHECK(text_of_html("one<br><br><br><br>two") == "one\n\ntwo\n");
    CHECK(text_of_html("<ul><li>a<li>b</ul>c") == "* a\n* b\n\nc\n");
    CHECK(text_of_html("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>") == "a b\nc\n");
}

TEST_CASE("preformatted text keeps its blanks and lines")
{
    CHECK(text_of_html("<pre>a\n  b\n\nc</pre>d  e") == "a\n  b\n\nc\nd e\n");
}

TEST_CASE("scripts and styles and titles and comments are not read")
{
    CHECK(text_of_html("<head><title>T</title><style>p{}</style></head><body>x</body>") == "x\n");
    CHECK(text_of_html("a<script>if (a<b) { '</p>' }</SCRIPT>b") == "ab\n");
    CHECK(text_of_html("a<!-- <b>no</b> -->b<!doctype html>c<?xml?>d") == "abcd\n");
    CHECK(text_of_html("a<script>never closed") == "a\n");
    CHECK(text_of_html("a<!-- never closed") == "a\n");
}

TEST_CASE("character references become characters")
{
    CHECK(text_of_html("&lt;b&gt; &amp;amp; &quot;x&quot; &euro;&#8364;&#x20ac;&nbsp;&auml;") ==
          "<b> &amp; \"x\" €€€ ä\n");
    CHECK(text_of_html("a&b &nosuch; &; &#; &#xZZ; &#0; &#xD800; &#99999999999;") ==
          "a&b &nosuch; &; &#; &#xZZ; &#0; &#xD800; &#99999999999;\n");
}

TEST_CASE("a less-than sign in text is text")
{
    CHECK(text_of_html("1 < 2 and 3 <4") == "1 < 2 and 3 <4\n");
    CHECK(text_of_html("a <") == "a <\n");
}

TEST_CASE("a greater-than sign in an attribute does not end the tag")
{
    CHECK(text_of_html("<img alt=\"a > b\" src='x'>c") == "c\n");
    CHECK(text_of_html("<p title=\"never closed>text</p>more") == "text\n\nmore\n");
}

TEST_CASE("links show where they lead unless the text says so")
{
    CHECK(text_of_html("<a href=\"https://example.org/?a=1&amp;b=2\">click</a>.") ==
          "click <https://example.org/?a=1&b=2>.\n");
    CHECK(text_of_html("<a href='https://example.org/'>https://example.org/</a>") == "https://example.org/\n");
    CHECK(text_of_html("<a href=\"https://evil.example/\">https://bank.example/</a>") ==
          "https://bank.example/ <https://evil.example/>\n");
    CHECK(text_of_html("<a class=x HREF=mailto:a@b.example>a@b.example</a>") == "a@b.example\n");
    CHECK(text_of_html("<a href=\"#top\">up</a><a name=x>here</a></a>") == "uphere\n");
    CHECK(text_of_html("<a href=\"javascript:alert(1)\">x</a>") == "x\n");
}

TEST_CASE("hostile HTML costs time in proportion to its length")
{
    for (const char* const pattern :
         {"<", "<a", "<a '", "<a \">", "<a '> <b \">", "<!--", "&", "&#", "<script>", "</", "<pre>\n", "<br>",
          "<a href=", "<li>", "<td>", "\"'", "<p><a href='http://x'>", "</a>"}) {
        const auto text = text_of_html(repeated(pattern, 250'000));
        CHECK(popfetch::base::is_valid_utf8(text));
    }
}
