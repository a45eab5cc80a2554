#pragma once
// Durations and sizes as people write them (30s 5m 12h 14d; 10M 1G) and as people read them (3.4K, 0:02, 3 h).

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace popfetch::base {

/// A whole number followed by s, m, h, d or w; "0" alone is allowed. Nothing else, and nothing over a hundred years: no sum
/// of two times overflows.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

/// A whole number of octets, or one followed by K, M, G or T (powers of 1024; "B" or "iB" may follow).
std::optional<std::uint64_t> parse_size(std::string_view text);

/// "512", "3.4K", "12M", "1.1G": at most four characters and exact enough to compare at a glance.
std::string format_size(std::uint64_t octets);
/// "512", "3.4K", "18.4M", "1.1G": for totals and for what grows while one looks, always with one decimal after a unit.
std::string format_total(std::uint64_t octets);
/// Thousands set apart: 1,204.
std::string format_count(std::uint64_t count);
/// "14d", "12h", "90s": what parse_duration reads.
std::string format_duration(std::chrono::seconds duration);

}
