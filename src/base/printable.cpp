#include <popfetch/base/printable.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace popfetch::base {

namespace {

constexpr char32_t not_a_character = 0xFFFFFFFF;
constexpr std::string_view ellipsis = "…";
constexpr std::string_view replacement = "\xEF\xBF\xBD"; // U+FFFD

struct Range {
    char32_t first, last;
};

// What moves the cursor, reorders or hides text instead of being seen: categories Cc, Zl, Zp and the invisible part of
// Cf (Unicode 15.1, DerivedCoreProperties Default_Ignorable_Code_Point and Bidi_Control; CVE-2021-42574), and the
// fillers, which look like blanks and are letters. Variation selectors stay: a character before them carries them.
constexpr std::array<Range, 19> unseen{{
    {0x0000, 0x001F},   // C0
    {0x007F, 0x009F},   // DEL, C1
    {0x00AD, 0x00AD},   // soft hyphen
    {0x034F, 0x034F},   // combining grapheme joiner
    {0x061C, 0x061C},   // Arabic letter mark
    {0x115F, 0x1160},   // Hangul fillers
    {0x17B4, 0x17B5},   // Khmer inherent vowels
    {0x180E, 0x180E},   // Mongolian vowel separator
    {0x200B, 0x200F},   // zero width space, joiners, direction marks
    {0x2028, 0x202E},   // line and paragraph separator, bidirectional embeddings and overrides
    {0x2060, 0x206F},   // word joiner, invisible operators, isolates
    {0x3164, 0x3164},   // Hangul filler
    {0xFEFF, 0xFEFF},   // zero width no-break space
    {0xFFA0, 0xFFA0},   // halfwidth Hangul filler
    {0xFFF0, 0xFFFB},   // interlinear annotation
    {0xFFFE, 0xFFFF},   // never characters
    {0x1BCA0, 0x1BCA3}, // shorthand format controls
    {0x1D173, 0x1D17A}, // musical beams and slurs
    {0xE0000, 0xE0FFF}, // tags
}};

constexpr bool is_seen(char32_t c)
{
    if (c >= 0x20 && c < 0x7F) return true;
    return std::ranges::none_of(unseen, [c](Range range) { return c >= range.first && c <= range.last; });
}

// How long a sequence its first byte announces, and the least character that needs so many (RFC 3629 §4); 0: none.
struct Lead {
    std::size_t size;
    char32_t bits, least;
};

constexpr Lead lead_of(unsigned char byte)
{
    if (byte < 0x80) return {1, byte, 0};
    if (byte >= 0xC2 && byte < 0xE0) return {2, byte & 0x1FU, 0x80};
    if (byte >= 0xE0 && byte < 0xF0) return {3, byte & 0x0FU, 0x800};
    if (byte >= 0xF0 && byte < 0xF5) return {4, byte & 0x07U, 0x10000};
    return {0, 0, 0};
}

constexpr bool is_surrogate(char32_t c) { return c >= 0xD800 && c <= 0xDFFF; }

std::string escaped(char32_t c, std::string_view bytes)
{
    char text[16];
    const bool as_byte = c == not_a_character || c < 0x80;
    const unsigned value = as_byte ? static_cast<unsigned char>(bytes.front()) : static_cast<unsigned>(c);
    const int size = std::snprintf(text, sizeof text, as_byte ? "\\x%02x" : "\\u{%x}", value);
    return {text, static_cast<std::size_t>(size)};
}

}

char32_t next_code_point(std::string_view text, std::size_t& at) noexcept
{
    const std::size_t start = at++;
    const Lead lead = lead_of(static_cast<unsigned char>(text[start]));
    if (lead.size == 0 || lead.size > text.size() - start) return not_a_character;
    char32_t c = lead.bits;
    for (const char byte : text.substr(start + 1, lead.size - 1)) {
        if ((static_cast<unsigned char>(byte) & 0xC0U) != 0x80U) return not_a_character;
        c = c << 6U | (static_cast<unsigned char>(byte) & 0x3FU);
    }
    if (c < lead.least || c > 0x10FFFF || is_surrogate(c)) return not_a_character;
    at = start + lead.size;
    return c;
}

std::string printable(std::string_view text, std::size_t limit)
{
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        const char32_t c = next_code_point(text, at);
        const std::string_view bytes = text.substr(start, at - start);
        const std::string shown = c != not_a_character && is_seen(c) ? std::string{bytes} : escaped(c, bytes);
        if (result.size() + shown.size() > limit) return result.append(ellipsis);
        result.append(shown);
    }
    return result;
}

std::string valid_utf8(std::string_view text)
{
    std::string result;
    result.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        const bool good = next_code_point(text, at) != not_a_character;
        result.append(good ? text.substr(start, at - start) : replacement);
    }
    return result;
}

bool is_valid_utf8(std::string_view text) noexcept
{
    for (std::size_t at = 0; at < text.size();) {
        if (next_code_point(text, at) == not_a_character) return false;
    }
    return true;
}

}
