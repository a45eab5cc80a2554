#include <popfetch/config/account.hpp>

#include <algorithm>

#include <popfetch/base/digest.hpp>

#include "names.hpp"

namespace popfetch::config {

namespace {

constexpr std::size_t longest_name = 128;
constexpr std::size_t longest_file_name = 200; // NAME_MAX is 255; the ledger's companions have longer names

bool is_letter_or_digit(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_plain(char c) noexcept
{
    constexpr std::string_view marks = "._-@+";
    return is_letter_or_digit(c) || marks.find(c) != std::string_view::npos;
}

}

// A URL's user can hold any byte. Different names stay different: '%' and '~' are not plain.
std::string file_name(std::string_view name)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string safe;
    for (const char c : name) {
        const bool hidden = c == '.' && safe.empty();
        if (is_plain(c) && !hidden) {
            safe += c;
            continue;
        }
        const auto octet = static_cast<unsigned char>(c);
        safe += {'%', digits[octet >> 4U], digits[octet & 15U]};
    }
    if (safe.size() <= longest_file_name) return safe;
    return safe.substr(0, longest_file_name / 2) + '~' + base::sha256_hex(name).substr(0, 32);
}

bool is_account_name(std::string_view name) noexcept
{
    if (name.empty() || name.size() > longest_name) return false;
    if (!is_letter_or_digit(name.front()) && name.front() != '_') return false;
    return std::all_of(name.begin(), name.end(), is_plain);
}

base::Path ledger_path(const base::Path& state_dir, const Account& account)
{
    return state_dir / (file_name(account.state_id.empty() ? account.name : account.state_id) + ".ledger");
}

}
