#include <popfetch/base/base64.hpp>

#include <algorithm>
#include <array>

#include <openssl/evp.h>

namespace popfetch::base {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view hex_digits = "0123456789abcdef";

const unsigned char* octets(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

// In pieces through a buffer that is wiped, so that no copy of a secret stays behind.
template<typename Text>
void append_base64(Text& text, std::string_view bytes)
{
    constexpr std::size_t piece = 48;
    std::array<char, piece / 3 * 4 + 1> encoded{};
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
        const auto size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()), octets(bytes),
                                          static_cast<int>(std::min(piece, bytes.size())));
        text.append(std::string_view{encoded.data(), static_cast<std::size_t>(size)});
    }
    wipe(encoded.data(), encoded.size());
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

// EVP_DecodeBlock overlooks white space, and bits that the padding stands for: RFC 4648 §3.5 wants them zero, or one
// text has two spellings.
std::optional<std::string> from_base64(std::string_view text)
{
    const auto padding = padding_of(text);
    const auto characters = text.substr(0, text.size() - padding);
    if (text.size() % 4 != 0 || characters.find_first_not_of(alphabet) != std::string_view::npos) return std::nullopt;
    std::string bytes(text.size() / 4 * 3, '\0');
    const auto size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), octets(text), static_cast<int>(text.size()));
    if (size < 0) return std::nullopt;
    bytes.resize(static_cast<std::size_t>(size) - padding);
    if (to_base64(bytes) != text) return std::nullopt;
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
