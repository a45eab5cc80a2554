#include <popfetch/base/units.hpp>

#include <array>
#include <cstddef>
#include <limits>
#include <utility>

#include <popfetch/base/number.hpp>

namespace popfetch::base {

namespace {

// A hundred years: longer than any mailbox, and no sum of two times can overflow.
constexpr std::uint64_t longest_duration = 36525ULL * 24 * 60 * 60;

constexpr std::array<std::pair<char, std::uint64_t>, 5> duration_units{
    {{'w', 604'800}, {'d', 86'400}, {'h', 3'600}, {'m', 60}, {'s', 1}}};

constexpr std::string_view size_units = "KMGTPE";

std::uint64_t seconds_in(char unit)
{
    for (const auto& [name, seconds] : duration_units) {
        if (name == unit) return seconds;
    }
    return 0;
}

// "10MiB", "10MB" and "10M" are the same size; a B alone counts nothing.
std::string_view without_byte_sign(std::string_view text)
{
    for (const std::string_view sign : {"iB", "B"}) {
        if (!text.ends_with(sign)) continue;
        const std::string_view rest = text.substr(0, text.size() - sign.size());
        const bool after_unit = !rest.empty() && size_units.substr(0, 4).find(rest.back()) != std::string_view::npos;
        return after_unit ? rest : text;
    }
    return text;
}

}

std::optional<std::chrono::seconds> parse_duration(std::string_view text)
{
    if (text == "0") return std::chrono::seconds{0};
    if (text.empty()) return std::nullopt;
    const std::uint64_t unit = seconds_in(text.back());
    if (unit == 0) return std::nullopt;
    const auto count = parse_number<std::uint64_t>(text.substr(0, text.size() - 1), 0, longest_duration / unit);
    if (!count) return std::nullopt;
    return std::chrono::seconds{static_cast<std::int64_t>(*count * unit)};
}

std::optional<std::uint64_t> parse_size(std::string_view text)
{
    text = without_byte_sign(text);
    if (text.empty()) return std::nullopt;
    const std::size_t power = size_units.substr(0, 4).find(text.back());
    const unsigned shift = power == std::string_view::npos ? 0U : 10U * static_cast<unsigned>(power + 1);
    if (shift != 0) text.remove_suffix(1);
    const auto count = parse_number<std::uint64_t>(text, 0, std::numeric_limits<std::uint64_t>::max() >> shift);
    if (!count) return std::nullopt;
    return *count << shift;
}

std::string format_size(std::uint64_t octets)
{
    if (octets < 1024) return std::to_string(octets);
    for (std::size_t power = 0; power < size_units.size(); ++power) {
        const std::uint64_t unit = 1ULL << 10U * (power + 1);
        const std::uint64_t rest = octets % unit;
        const std::uint64_t tenths = octets / unit * 10 + (rest * 10 + unit / 2) / unit;
        if (tenths < 100) return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + size_units[power];
        const std::uint64_t whole = octets / unit + (rest >= unit / 2 ? 1 : 0);
        if (whole < 1000) return std::to_string(whole) + size_units[power];
    }
    return "16E"; // 2^64 is 16E: the loop has returned
}

std::string format_total(std::uint64_t octets)
{
    if (octets < 1024) return std::to_string(octets);
    for (std::size_t power = 0;; ++power) {
        const std::uint64_t unit = 1ULL << 10U * (power + 1);
        const std::uint64_t tenths = octets / unit * 10 + (octets % unit * 10 + unit / 2) / unit;
        if (tenths >= 10'000 && power + 1 < size_units.size()) continue;
        return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + size_units[power];
    }
}

std::string format_count(std::uint64_t count)
{
    std::string text = std::to_string(count);
    for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
    return text;
}

std::string format_duration(std::chrono::seconds duration)
{
    const std::int64_t seconds = duration.count();
    // Weeks are read and not written: "14d" is how people think of keeping mail.
    for (const auto& [name, unit] : duration_units) {
        const auto length = static_cast<std::int64_t>(unit);
        if (name != 'w' && seconds != 0 && seconds % length == 0) return std::to_string(seconds / length) + name;
    }
    return "0s";
}

}
