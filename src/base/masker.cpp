#include <popfetch/base/masker.hpp>

#include <algorithm>
#include <utility>

#include <popfetch/base/base64.hpp>

namespace popfetch::base {

namespace {

constexpr std::size_t shortest = 4;
constexpr std::string_view cover = "<hidden>";

bool is_unreserved(char c)
{
    constexpr std::string_view marks = "-._~";
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           marks.find(c) != std::string_view::npos;
}

// RFC 3986 §2.1.
Secret percent_encoded(std::string_view text)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    Secret encoded;
    for (const char& c : text) {
        const auto octet = static_cast<unsigned char>(c);
        const char escape[] = {'%', digits[octet >> 4U], digits[octet & 15U]};
        encoded.append(is_unreserved(c) ? std::string_view{&c, 1} : std::string_view{escape, sizeof escape});
    }
    return encoded;
}

// As in a quoted string (RFC 5322 §3.2.4) or in JSON.
Secret quoted(std::string_view text)
{
    Secret escaped;
    for (const char& c : text) {
        if (c == '"' || c == '\\') escaped.append("\\");
        escaped.append(std::string_view{&c, 1});
    }
    return escaped;
}

}

void Masker::hide(const Secret& secret)
{
    add(secret);
    if (secret.size() < shortest) return;
    const auto encoded = to_base64(secret);
    add(encoded);
    auto unpadded = encoded.reveal();
    while (unpadded.ends_with('=')) unpadded.remove_suffix(1);
    add(Secret{unpadded});
    add(percent_encoded(secret.reveal()));
    add(quoted(secret.reveal()));
}

void Masker::add(Secret form)
{
    const auto is_this = [&](const Secret& other) { return other.reveal() == form.reveal(); };
    if (form.size() < shortest || std::ranges::any_of(forms_, is_this)) return;
    const auto shorter = [&](const Secret& other) { return other.size() < form.size(); };
    forms_.insert(std::ranges::find_if(forms_, shorter), std::move(form));
}

std::string Masker::mask(std::string_view text) const
{
    std::string safe{text};
    for (const auto& form : forms_)
        for (auto at = safe.find(form.reveal()); at != std::string::npos;
             at = safe.find(form.reveal(), at + cover.size()))
            safe.replace(at, form.size(), cover);
    return safe;
}

}
