#include <algorithm>
#include <span>

#include <popfetch/base/printable.hpp>
#include <popfetch/output/format.hpp>

#include "width_ranges.hpp"

namespace popfetch::output {

namespace {

bool contains(std::span<const Range> ranges, char32_t character)
{
    const auto after = std::ranges::upper_bound(ranges, character, {}, &Range::first);
    return after != ranges.begin() && character <= std::prev(after)->last;
}

std::size_t columns_of(char32_t character)
{
    if (character < 0x300) return 1;
    if (contains(zero_width_ranges, character)) return 0;
    return contains(wide_ranges, character) ? 2 : 1;
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
