#include <popfetch/base/base64.hpp>

#include <cstddef>
#include <cstdint>

namespace popfetch::base {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view hex_digits = "0123456789abcdef";

constexpr std::uint32_t octet(std::string_view bytes, std::size_t at)
{
    return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
}

// One group of four characters at a time, so that a secret never passes through memory that is not wiped.
template<typename Text>
void append_base64(Text& text, std::string_view bytes)
{
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::uint32_t bits = octet(bytes, at) << 16U | octet(bytes, at + 1) << 8U | octet(bytes, at + 2);
        char group[4];
        for (unsigned i = 0; i < 4; ++i) group[i] = alphabet[bits >> (18U - 6U * i) & 63U];
        if (at + 2 >= bytes.size()) group[3] = '=';
        if (at + 1 >= bytes.size()) group[2] = '=';
        text.append(std::string_view{group, 4});
        wipe(group, sizeof group);
    }
}

// The six bits of a character, or nothing.
constexpr std::optional<std::uint32_t> value_of(char c)
{
    if (c >= 'A' && c <= 'Z') return static_cast<std::uint32_t>(c - 'A');
    if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a' + 26);
    if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0' + 52);
    if (c == '+') return 62U;
    if (c == '/') return 63U;
    return std::nullopt;
}

constexpr std::size_t padding_of(std::string_view text)
{
    if (text.ends_with("==")) return 2;
    return text.ends_with('=') ? 1 : 0;
}

}

std::string to_base64(std::string_view bytes)
{
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    append_base64(text, bytes);
    return text;
}

Secret to_base64(const Secret& bytes)
{
    Secret text;
    append_base64(text, bytes.reveal());
    return text;
}

std::optional<std::string> from_base64(std::string_view text)
{
    if (text.size() % 4 != 0) return std::nullopt;
    text.remove_suffix(padding_of(text));

    std::string bytes;
    bytes.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    unsigned held = 0; // bits in hand, always fewer than eight between characters
    for (const char c : text) {
        const auto value = value_of(c);
        if (!value) return std::nullopt;
        bits = (bits << 6U | *value) & 0x3fffU;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        bytes.push_back(static_cast<char>(bits >> held & 0xffU));
    }
    // RFC 4648 §3.5: the bits that the padding stands for must be zero, or one text has two spellings.
    if ((bits & ((1U << held) - 1U)) != 0) return std::nullopt;
    return bytes;
}

std::string to_hex(std::string_view bytes)
{
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char byte : bytes) {
        const auto value = static_cast<unsigned char>(byte);
        text.push_back(hex_digits[value >> 4U]);
        text.push_back(hex_digits[value & 15U]);
    }
    return text;
}

}
