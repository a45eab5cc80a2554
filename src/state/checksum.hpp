#pragma once
// The checksum of a record. Against disks, not against people: every step is a bijection of the sum for a given word
// and of the word for a given sum, so a change within one word always shows, and any other change but once in 2^64.

#include <cstdint>
#include <string_view>

#include "words.hpp"

namespace popfetch::state {

class Checksum {
public:
    void number(std::uint64_t value) noexcept
    {
        // The multiplier of Steele and Vigna's LXM ("Computationally easy, spectrally good multipliers", 2021).
        sum_ = (sum_ ^ value) * 0xd1342543de82ef95;
        sum_ ^= sum_ >> 32;
    }

    /// After its length: no two sequences of texts look alike.
    void text(std::string_view value) noexcept
    {
        number(value.size());
        const auto rest = each_word(value, [this](std::uint64_t word) { number(word); });
        if (!rest.empty()) number(word_at(rest.data(), rest.size()));
    }

    std::uint64_t value() const noexcept { return sum_; }

private:
    std::uint64_t sum_ = 0x706f706665746368; // "popfetch"
};

}
