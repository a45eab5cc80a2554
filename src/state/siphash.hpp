#pragma once
// SipHash-2-4 (Aumasson and Bernstein, 2012): ids come from a server, and a hash table keyed in secret cannot be
// flooded with ids that collide. With a fixed key it is the checksum of a record.

#include <cstdint>
#include <string_view>

namespace popfetch::state {

struct HashKey {
    std::uint64_t first = 0, second = 0;
};

/// A key that nobody can foresee.
HashKey random_hash_key();

std::uint64_t siphash(std::string_view bytes, HashKey key) noexcept;

/// The same over a sequence of fields: numbers as they are, texts after their length, so no two sequences have the same
/// image.
class FieldHash {
public:
    explicit FieldHash(HashKey key) noexcept;
    void number(std::uint64_t value) noexcept;
    void text(std::string_view value) noexcept;
    std::uint64_t finish() noexcept;

private:
    friend std::uint64_t siphash(std::string_view bytes, HashKey key) noexcept;
    void round() noexcept;
    std::uint64_t v0_, v1_, v2_, v3_;
};

}
