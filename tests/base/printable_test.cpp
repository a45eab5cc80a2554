#include "support/catch.hpp"

#include <string>
#include <vector>

#include <popfetch/base/printable.hpp>

using namespace popfetch::base;

namespace {

constexpr char32_t none = 0xFFFFFFFF;

// The encoding of RFC 3629, written down a second time. Surrogates too: to see that they are refused.
std::string utf8(char32_t c)
{
    const auto tail = [c](unsigned shift) { return static_cast<char>(0x80U | (c >> shift & 0x3FU)); };
    if (c < 0x80) return {static_cast<char>(c)};
    if (c < 0x800) return {static_cast<char>(0xC0U | c >> 6U), tail(0)};
    if (c < 0x10000) return {static_cast<char>(0xE0U | c >> 12U), tail(6), tail(0)};
    return {static_cast<char>(0xF0U | c >> 18U), tail(12), tail(6), tail(0)};
}

bool is_plain_ascii(const std::string& text)
{
    for (const char c : text) {
        if (c < 0x20 || c > 0x7E) return false;
    }
    return true;
}

char32_t first_of(const std::string& text)
{
    std::size_t at = 0;
    return next_code_point(text, at);
}

}

TEST_CASE("ordinary text of any script stays as it is")
{
    for (const std::string text : {"", "Nightly: 3 failures", "大阪支店", "Grüße aus Köln", "שלום", "مرحبا", "👍",
                                   "e\u0301", "C:\\dir", "\\x1b", "❤\uFE0F", "a\u00A0b"}) {
        CHECK(printable(text) == text);
    }
}

TEST_CASE("O01 control characters are shown and never sent")
{
    CHECK(printable("\x1b[31mred\x07") == R"(\x1b[31mred\x07)");
    CHECK(printable("\x1b]52;c;ZXZpbA==\x07") == R"(\x1b]52;c;ZXZpbA==\x07)");
    CHECK(printable("a\r\nb\tc\x7f") == R"(a\x0d\x0ab\x09c\x7f)");
    CHECK(printable(std::string("a\0b", 3)) == R"(a\x00b)");
}

TEST_CASE("O02 C1 and bidirectional and invisible characters are shown")
{
    CHECK(printable("\x9b"
                    "31m") == R"(\x9b31m)");
    CHECK(printable("\u009B31m") == R"(\u{9b}31m)");
    CHECK(printable("\u0085") == R"(\u{85})");
    CHECK(printable("invoice\u202Efdp.exe") == R"(invoice\u{202e}fdp.exe)");
    CHECK(printable("pay\u200Bpal") == R"(pay\u{200b}pal)");
    CHECK(printable("a\u2028b\u2029c") == R"(a\u{2028}b\u{2029}c)");
    CHECK(printable("\u2066x\u2069\uFEFF") == R"(\u{2066}x\u{2069}\u{feff})");
    CHECK(printable(utf8(0xE0041)) == R"(\u{e0041})");
}

TEST_CASE("O01 O02 every octet alone is itself when it is seen and an escape otherwise")
{
    for (unsigned value = 0; value < 256; ++value) {
        const std::string octet(1, static_cast<char>(value));
        const std::string shown = printable(octet);
        INFO(value);
        REQUIRE(is_plain_ascii(shown));
        REQUIRE(shown.size() == (value >= 0x20 && value < 0x7F ? 1U : 4U));
    }
}

TEST_CASE("O02 every code point comes out as itself or as plain ASCII")
{
    std::size_t escaped = 0;
    for (char32_t c = 0x80; c <= 0x10FFFF; ++c) {
        if (c >= 0xD800 && c <= 0xDFFF) continue;
        const std::string text = utf8(c);
        const std::string shown = printable(text);
        if (shown == text) continue;
        ++escaped;
        if (!shown.starts_with("\\u{") || !is_plain_ascii(shown)) FAIL("U+" << std::hex << static_cast<unsigned>(c));
    }
    CHECK(escaped > 4096); // the tags
    CHECK(escaped < 5000); // and no script
    for (char32_t c = 0x80; c < 0xA0; ++c) CHECK(printable(utf8(c)) != utf8(c));
    for (char32_t c = 0x202A; c <= 0x202E; ++c) CHECK(printable(utf8(c)) != utf8(c));
    for (char32_t c = 0x2066; c <= 0x2069; ++c) CHECK(printable(utf8(c)) != utf8(c));
    for (const char32_t c : {0x061CU, 0x200BU, 0x200CU, 0x200DU, 0x200EU, 0x200FU, 0x2060U, 0xFEFFU, 0x00ADU}) {
        CHECK(printable(utf8(c)) != utf8(c));
    }
}

TEST_CASE("O02 any pair of octets comes out as valid UTF-8 without a control character")
{
    for (unsigned first = 0; first < 256; ++first) {
        for (unsigned second = 0; second < 256; ++second) {
            const std::string shown = printable(std::string{static_cast<char>(first), static_cast<char>(second)});
            bool safe = is_valid_utf8(shown);
            for (std::size_t at = 0; safe && at < shown.size();) {
                const char32_t c = next_code_point(shown, at);
                safe = c >= 0x20 && (c < 0x7F || c > 0x9F);
            }
            if (!safe) FAIL(first << ' ' << second);
        }
    }
}

TEST_CASE("O08 a long text is cut at a character and says so")
{
    CHECK(printable("abcdef", 6) == "abcdef");
    CHECK(printable("abcdefg", 6) == "abcdef…");
    CHECK(printable("ab\x1b", 5) == "ab…"); // an escape is never cut in two
    CHECK(printable("aéé", 4) == "aé…");
    CHECK(printable("x", 0) == "…");
    CHECK(printable("", 0).empty());
    CHECK(printable(std::string(1 << 20, 'S')) == std::string(200, 'S') + "…");
}

TEST_CASE("only the one encoding of a character is UTF-8")
{
    for (char32_t c = 0; c <= 0x10FFFF; ++c) {
        const bool surrogate = c >= 0xD800 && c <= 0xDFFF;
        if (first_of(utf8(c)) != (surrogate ? none : c)) FAIL("U+" << std::hex << static_cast<unsigned>(c));
    }
    for (const char* text : {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xF0\x80\x80\x80",
                             "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE", "\xFF", "\xC3",
                             "\xE2\x82", "\xF0\x9F\x91", "\xC3(", "\xE2\x28\xA1"}) {
        CHECK(first_of(text) == none);
        CHECK_FALSE(is_valid_utf8(text));
    }
}

TEST_CASE("a bad octet is passed alone so that what follows is not lost")
{
    const std::string text = "\xE2\x82"
                             "A";
    std::size_t at = 0;
    CHECK(next_code_point(text, at) == none);
    CHECK(at == 1);
    CHECK(next_code_point(text, at) == none);
    CHECK(at == 2);
    CHECK(next_code_point(text, at) == U'A');
    CHECK(printable(text) == R"(\xe2\x82A)");
}

TEST_CASE("O04 text for JSON keeps controls and replaces what is not UTF-8")
{
    CHECK(valid_utf8("a\x1b\n") == "a\x1b\n");
    CHECK(valid_utf8("a\xFFz") == "a\uFFFDz");
    CHECK(valid_utf8("\xED\xA0\x80") == "\uFFFD\uFFFD\uFFFD"); // a lone surrogate
    CHECK(valid_utf8("大阪") == "大阪");
    CHECK(is_valid_utf8(valid_utf8("\xF0\x9F\x91")));
}
