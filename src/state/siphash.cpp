#include "siphash.hpp"

#include <bit>
#include <charconv>
#include <cstring>
#include <string>

#include <popfetch/base/random.hpp>

namespace popfetch::state {
namespace {

/// Little-endian on every machine: the checksum is stored.
std::uint64_t word_at(const char* at, std::size_t bytes) noexcept
{
    std::uint64_t word = 0;
    if constexpr (std::endian::native == std::endian::little) {
        std::memcpy(&word, at, bytes);
        return word;
    }
    for (std::size_t i = 0; i < bytes; ++i) word |= std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
    return word;
}

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

FieldHash::FieldHash(HashKey key) noexcept
    : v0_{key.first ^ 0x736f6d6570736575}, v1_{key.second ^ 0x646f72616e646f6d}, v2_{key.first ^ 0x6c7967656e657261},
      v3_{key.second ^ 0x7465646279746573}
{
}

void FieldHash::round() noexcept
{
    v0_ += v1_, v2_ += v3_;
    v1_ = std::rotl(v1_, 13) ^ v0_, v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ = std::rotl(v0_, 32);
    v2_ += v1_, v0_ += v3_;
    v1_ = std::rotl(v1_, 17) ^ v2_, v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ = std::rotl(v2_, 32);
}

void FieldHash::number(std::uint64_t value) noexcept
{
    v3_ ^= value;
    round(), round();
    v0_ ^= value;
}

void FieldHash::text(std::string_view value) noexcept
{
    number(value.size());
    for (; value.size() >= 8; value.remove_prefix(8)) number(word_at(value.data(), 8));
    if (!value.empty()) number(word_at(value.data(), value.size()));
}

std::uint64_t FieldHash::finish() noexcept
{
    v2_ ^= 0xff;
    round(), round(), round(), round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
}

std::uint64_t siphash(std::string_view bytes, HashKey key) noexcept
{
    FieldHash hash{key};
    const auto length = std::uint64_t{bytes.size() & 0xff} << 56;
    for (; bytes.size() >= 8; bytes.remove_prefix(8)) hash.number(word_at(bytes.data(), 8));
    hash.number(length | (bytes.empty() ? 0 : word_at(bytes.data(), bytes.size())));
    return hash.finish();
}

}
