#pragma once
// Strict numbers: the whole text, decimal digits only, in range; or nothing. The only integer parser (FAULTS P43).

#include <charconv>
#include <concepts>
#include <limits>
#include <optional>
#include <string_view>

namespace popfetch::base {

template<std::unsigned_integral Number>
std::optional<Number> parse_number(std::string_view text, Number least = 0,
                                   Number most = std::numeric_limits<Number>::max())
{
    Number value{};
    const char* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    if (text.empty() || error != std::errc{} || stopped != end || value < least || value > most) return std::nullopt;
    return value;
}

}
