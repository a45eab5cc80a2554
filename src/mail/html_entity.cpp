#include "html_entity.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace popfetch::mail {

namespace {

constexpr std::size_t longest_reference = 32;

struct Named {
    std::string_view name, characters;
};

// Those that mail is written with; there are over two thousand.
constexpr std::array named{
    Named{"amp", "&"},    Named{"lt", "<"},     Named{"gt", ">"},     Named{"quot", "\""},  Named{"apos", "'"},
    Named{"nbsp", " "},   Named{"copy", "©"},   Named{"reg", "®"},    Named{"trade", "™"},  Named{"euro", "€"},
    Named{"pound", "£"},  Named{"yen", "¥"},    Named{"cent", "¢"},   Named{"sect", "§"},   Named{"deg", "°"},
    Named{"hellip", "…"}, Named{"mdash", "—"},  Named{"ndash", "–"},  Named{"bull", "•"},   Named{"middot", "·"},
    Named{"lsquo", "‘"},  Named{"rsquo", "’"},  Named{"ldquo", "“"},  Named{"rdquo", "”"},  Named{"sbquo", "‚"},
    Named{"bdquo", "„"},  Named{"laquo", "«"},  Named{"raquo", "»"},  Named{"times", "×"},  Named{"larr", "←"},
    Named{"rarr", "→"},   Named{"frac12", "½"}, Named{"auml", "ä"},   Named{"ouml", "ö"},   Named{"uuml", "ü"},
    Named{"Auml", "Ä"},   Named{"Ouml", "Ö"},   Named{"Uuml", "Ü"},   Named{"szlig", "ß"},  Named{"eacute", "é"},
    Named{"egrave", "è"}, Named{"ecirc", "ê"},  Named{"agrave", "à"}, Named{"aacute", "á"}, Named{"acirc", "â"},
    Named{"ccedil", "ç"}, Named{"ntilde", "ñ"}, Named{"oacute", "ó"}, Named{"iacute", "í"}, Named{"uacute", "ú"},
    Named{"ocirc", "ô"},  Named{"icirc", "î"},  Named{"ucirc", "û"},  Named{"ugrave", "ù"}, Named{"oslash", "ø"},
    Named{"aring", "å"},  Named{"aelig", "æ"},  Named{"Eacute", "É"}, Named{"shy", ""},     Named{"zwnj", ""},
    Named{"zwj", ""},     Named{"ensp", " "},   Named{"emsp", " "},   Named{"thinsp", " "},
};

std::string utf8(char32_t c)
{
    const auto tail = [c](unsigned shift) { return static_cast<char>(0x80U | (c >> shift & 0x3FU)); };
    if (c < 0x80) return {static_cast<char>(c)};
    if (c < 0x800) return {static_cast<char>(0xC0U | c >> 6U), tail(0)};
    if (c < 0x10000) return {static_cast<char>(0xE0U | c >> 12U), tail(6), tail(0)};
    return {static_cast<char>(0xF0U | c >> 18U), tail(12), tail(6), tail(0)};
}

/// &#NNN; and &#xHH;: nothing for what is no character.
std::optional<std::string> numbered(std::string_view digits)
{
    const bool hexadecimal = digits.starts_with('x') || digits.starts_with('X');
    if (hexadecimal) digits.remove_prefix(1);
    unsigned long value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stopped, error] = std::from_chars(digits.data(), end, value, hexadecimal ? 16 : 10);
    if (digits.empty() || error != std::errc{} || stopped != end) return std::nullopt;
    if (value == 0 || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return std::nullopt;
    return value == 0xA0 ? " " : utf8(static_cast<char32_t>(value));
}

}

Entity read_entity(std::string_view text)
{
    const std::size_t end = text.substr(0, longest_reference).find(';');
    if (end == std::string_view::npos || end < 2) return {"&"};
    const std::string_view name = text.substr(1, end - 1);
    if (name.front() == '#') {
        const auto characters = numbered(name.substr(1));
        return characters ? Entity{*characters, end + 1} : Entity{"&"};
    }
    const auto* const found = std::ranges::find(named, name, &Named::name);
    return found == named.end() ? Entity{"&"} : Entity{std::string{found->characters}, end + 1};
}

}
