#pragma once
// SipHash-2-4 (Aumasson and Bernstein, 2012): ids come from a server, and a hash table keyed in secret cannot be
// flooded with ids that collide.

#include <cstdint>
#include <string_view>

namespace popfetch::state {

struct HashKey {
    std::uint64_t first = 0, second = 0;
};

/// A key that nobody can foresee.
HashKey random_hash_key();

std::uint64_t siphash(std::string_view bytes, HashKey key) noexcept;

}
