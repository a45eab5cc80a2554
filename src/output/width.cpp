#include <algorithm>

#include <utf8proc.h>

#include <popfetch/base/printable.hpp>
#include <popfetch/output/format.hpp>

namespace popfetch::output {

namespace {

// Not wcwidth(3): that knows only the characters of the locale, and cron runs in the C locale.
std::size_t columns_of(char32_t character)
{
    if (character < 0x300) return 1;
    // Conjoining vowels and finals of Hangul stand in the square of the consonant before them.
    if (character >= 0x1160 && character <= 0x11ff) return 0;
    return static_cast<std::size_t>(std::max(0, utf8proc_charwidth(static_cast<utf8proc_int32_t>(character))));
}

}

std::size_t columns_of(std::string_view text)
{
    std::size_t columns = 0;
    for (std::size_t at = 0; at < text.size();) columns += columns_of(base::next_code_point(text, at));
    return columns;
}

std::string cut_to(std::string_view text, std::size_t columns)
{
    if (columns_of(text) <= columns) return std::string{text};
    if (columns == 0) return {};
    std::size_t kept = 0;
    for (std::size_t at = 0, used = 0; at < text.size();) {
        used += columns_of(base::next_code_point(text, at));
        if (used > columns - 1) break;
        kept = at;
    }
    return std::string{text.substr(0, kept)} + "…";
}

}
