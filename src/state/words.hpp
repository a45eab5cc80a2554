#pragma once
// Octets as 64-bit words, the first octet lowest on every machine: what is computed from them is stored.

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace popfetch::state {

/// At most eight octets; those that are missing are zero.
inline std::uint64_t word_at(const char* at, std::size_t octets) noexcept
{
    std::uint64_t word = 0;
    if (octets == 0) return word; // `at` may be null
    if constexpr (std::endian::native == std::endian::little) {
        std::memcpy(&word, at, octets);
    } else {
        for (std::size_t i = 0; i < octets; ++i) word |= std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
    }
    return word;
}

/// Calls `take` for each full word; returns what is left, shorter than a word.
template<class Take>
std::string_view each_word(std::string_view bytes, Take take)
{
    for (; bytes.size() >= 8; bytes.remove_prefix(8)) take(word_at(bytes.data(), 8));
    return bytes;
}

}
