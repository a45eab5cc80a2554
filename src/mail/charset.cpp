#include "charset.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/printable.hpp>

#include "gmime.hpp"

namespace popfetch::mail {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD"; // U+FFFD

struct Alias {
    std::string_view label, meant;
};

// What senders mean by these labels is the larger set of the same family (https://encoding.spec.whatwg.org, names and
// labels). The larger one reads everything that the labelled one does.
constexpr std::array aliases{
    Alias{"iso-8859-1", "windows-1252"},
    Alias{"latin1", "windows-1252"},
    Alias{"iso-8859-9", "windows-1254"},
    Alias{"gb2312", "gb18030"},
    Alias{"gbk", "gb18030"},
    Alias{"x-gbk", "gb18030"},
    Alias{"ks_c_5601-1987", "cp949"},
    Alias{"euc-kr", "cp949"},
    Alias{"shift_jis", "cp932"},
    Alias{"shift-jis", "cp932"},
    Alias{"x-sjis", "cp932"},
    Alias{"iso-8859-8-i", "iso-8859-8"},
    Alias{"unicode-1-1-utf-8", "utf-8"},
    Alias{"utf8", "utf-8"},
    Alias{"us-ascii", ""},
    Alias{"ascii", ""},
    Alias{"unknown-8bit", ""},
    Alias{"x-unknown", ""},
    Alias{"ansi_x3.4-1968", ""},
    Alias{"7bit", ""},
    Alias{"8bit", ""},
};

std::string_view meant_by(std::string_view label)
{
    const auto* const found = std::ranges::find_if(
        aliases, [label](const Alias& alias) { return base::equal_ignoring_case(alias.label, label); });
    return found == aliases.end() ? label : found->meant;
}

class Converter {
public:
    explicit Converter(const std::string& charset) : handle_{opened(charset)} {}
    Converter(const Converter&) = delete;
    Converter& operator=(const Converter&) = delete;
    ~Converter()
    {
        if (known()) g_mime_iconv_close(handle_);
    }

    bool known() const { return reinterpret_cast<std::intptr_t>(handle_) != -1; }

    std::string convert(std::string_view octets)
    {
        std::string result;
        std::array<char, 4096> buffer{};
        char* in = const_cast<char*>(octets.data()); // iconv(3) does not write there
        std::size_t in_left = octets.size();
        while (in_left > 0) {
            char* out = buffer.data();
            std::size_t out_left = buffer.size();
            const auto converted = g_mime_iconv(handle_, &in, &in_left, &out, &out_left);
            const int error = converted == static_cast<std::size_t>(-1) ? errno : 0;
            result.append(buffer.data(), buffer.size() - out_left);
            if (error == 0 || error == EINVAL) break; // EINVAL: a character cut off at the end
            if (error == E2BIG) continue;
            result += replacement;
            ++in;
            --in_left;
        }
        return result;
    }

private:
    static iconv_t opened(const std::string& charset)
    {
        start_gmime();
        return g_mime_iconv_open("UTF-8", charset.c_str());
    }

    iconv_t handle_;
};

/// ESC $ @ or ESC $ B begins the kanji of ISO-2022-JP, which Japanese senders long wrote without saying so (RFC 1468).
bool looks_like_iso_2022_jp(std::string_view octets)
{
    return octets.find("\x1b$B") != std::string_view::npos || octets.find("\x1b$@") != std::string_view::npos;
}

bool is_ascii(std::string_view text)
{
    return std::ranges::none_of(text, [](char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; });
}

/// Text without a label. "caf\xe9" looks like UTF-8 that was cut off, and is Latin-1: one character of more than an
/// octet must be there to believe it.
std::string guessed(std::string_view octets)
{
    const std::string_view whole = whole_characters(octets);
    const bool is_utf8 = base::is_valid_utf8(whole) && (whole.size() == octets.size() || !is_ascii(whole));
    return is_utf8 ? std::string{whole} : Converter{guessed_charset}.convert(octets);
}

std::string converted(std::string_view octets, const std::string& charset)
{
    Converter converter{charset};
    return converter.known() ? base::valid_utf8(converter.convert(octets)) : guessed(octets);
}

}

std::string_view whole_characters(std::string_view text)
{
    for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
        const auto byte = static_cast<unsigned char>(text[text.size() - back]);
        if ((byte & 0xC0U) == 0x80U) continue;
        const std::size_t announced = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
        if (announced > back) text.remove_suffix(back);
        break;
    }
    return text;
}

std::string to_utf8(std::string_view octets, std::string_view charset)
{
    charset = meant_by(base::trim(charset));
    if (base::equal_ignoring_case(charset, "utf-8")) return base::valid_utf8(whole_characters(octets));
    if (!charset.empty()) return converted(octets, std::string{charset});
    return looks_like_iso_2022_jp(octets) ? converted(octets, "iso-2022-jp") : guessed(octets);
}

std::string header_to_utf8(std::string_view octets, std::string_view charset_of_body)
{
    if (looks_like_iso_2022_jp(octets)) return converted(octets, "iso-2022-jp");
    if (base::is_valid_utf8(octets)) return std::string{octets};
    const std::string_view charset = meant_by(base::trim(charset_of_body));
    const bool says_something = !charset.empty() && !base::equal_ignoring_case(charset, "utf-8");
    return converted(octets, says_something ? std::string{charset} : guessed_charset);
}

std::string shortened(std::string text, std::size_t limit)
{
    if (text.size() <= limit) return text;
    text.resize(limit);
    text.resize(whole_characters(text).size());
    return text + "…";
}

}
