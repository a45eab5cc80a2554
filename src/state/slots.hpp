#pragma once
// An open-addressing index over rows that lie elsewhere: it stores row numbers, and the caller compares. Half of the
// slots stay empty, a slot repeats 32 bits of the hash, so a look-up touches the row it finds and nearly never another.
// Rows are never removed.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace popfetch::state {

class Slots {
public:
    static constexpr std::uint32_t nothing = 0xffffffff;

    explicit Slots(std::size_t rows = 0) : slots_(std::bit_ceil(2 * rows + 2)) {}

    /// The row for which `equal` holds, or nothing.
    template<class Equal>
    std::uint32_t find(std::uint64_t hash, Equal equal) const
    {
        for (std::size_t i = first(hash);; i = next(i)) {
            if (slots_[i].row == nothing) return nothing;
            if (slots_[i].tag == tag(hash) && equal(slots_[i].row)) return slots_[i].row;
        }
    }

    /// For a row that find() does not find. `hash_of` gives the hash of an earlier row, when all must move.
    template<class HashOf>
    void insert(std::uint64_t hash, std::uint32_t row, HashOf hash_of)
    {
        if (2 * (used_ + 1) > slots_.size()) grow(hash_of);
        put(hash, row);
        ++used_;
    }

private:
    struct Slot {
        std::uint32_t row = nothing;
        std::uint32_t tag = 0;
    };

    static std::uint32_t tag(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }
    std::size_t first(std::uint64_t hash) const { return static_cast<std::size_t>(hash) & (slots_.size() - 1); }
    std::size_t next(std::size_t i) const { return (i + 1) & (slots_.size() - 1); }

    void put(std::uint64_t hash, std::uint32_t row)
    {
        std::size_t i = first(hash);
        while (slots_[i].row != nothing) i = next(i);
        slots_[i] = {row, tag(hash)};
    }

    template<class HashOf>
    void grow(HashOf hash_of)
    {
        std::vector<Slot> old(slots_.size() * 2);
        old.swap(slots_);
        for (const auto& slot : old)
            if (slot.row != nothing) put(hash_of(slot.row), slot.row);
    }

    std::vector<Slot> slots_;
    std::size_t used_ = 0;
};

}
