#include "siphash.hpp"

#include <bit>
#include <charconv>
#include <string>

#include <popfetch/base/random.hpp>

#include "words.hpp"

namespace popfetch::state {
namespace {

struct Sip {
    std::uint64_t v0, v1, v2, v3;

    explicit Sip(HashKey key) noexcept
        : v0{key.first ^ 0x736f6d6570736575}, v1{key.second ^ 0x646f72616e646f6d}, v2{key.first ^ 0x6c7967656e657261},
          v3{key.second ^ 0x7465646279746573}
    {
    }

    void round() noexcept
    {
        v0 += v1, v2 += v3;
        v1 = std::rotl(v1, 13) ^ v0, v3 = std::rotl(v3, 16) ^ v2;
        v0 = std::rotl(v0, 32);
        v2 += v1, v0 += v3;
        v1 = std::rotl(v1, 17) ^ v2, v3 = std::rotl(v3, 21) ^ v0;
        v2 = std::rotl(v2, 32);
    }

    void take(std::uint64_t word) noexcept
    {
        v3 ^= word;
        round(), round();
        v0 ^= word;
    }

    std::uint64_t finish() noexcept
    {
        v2 ^= 0xff;
        round(), round(), round(), round();
        return v0 ^ v1 ^ v2 ^ v3;
    }
};

std::uint64_t from_hex(std::string_view digits)
{
    std::uint64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return value;
}

}

HashKey random_hash_key()
{
    const auto digits = base::random_hex(16);
    return {from_hex(std::string_view{digits}.substr(0, 16)), from_hex(std::string_view{digits}.substr(16))};
}

std::uint64_t siphash(std::string_view bytes, HashKey key) noexcept
{
    Sip sip{key};
    const auto length = std::uint64_t{bytes.size() & 0xff} << 56;
    const auto rest = each_word(bytes, [&](std::uint64_t word) { sip.take(word); });
    sip.take(length | word_at(rest.data(), rest.size()));
    return sip.finish();
}

}
