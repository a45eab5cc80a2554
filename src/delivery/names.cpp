#include "names.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <optional>

#include <unistd.h>

#include <popfetch/base/digest.hpp>
#include <popfetch/base/number.hpp>
#include <popfetch/base/random.hpp>

namespace popfetch::delivery {

namespace {

constexpr std::size_t mark_digits = 8;
constexpr std::size_t random_bytes = 8;
constexpr std::size_t token_digits = 2 * mark_digits + 2 * random_bytes;
constexpr std::size_t longest_host = 64; // a name may have 255 octets, and readers add flags

// By every target of this process: letters are begun by one thread while another stages.
std::atomic<std::uint64_t> names_given{0};

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

// Where the token after an R begins, or npos.
std::size_t find_token(std::string_view name) noexcept
{
    for (std::size_t at = name.find('R'); at != std::string_view::npos; at = name.find('R', at + 1)) {
        const auto token = name.substr(at + 1, token_digits);
        const auto behind = name.substr(at + 1 + token.size(), 1);
        if (token.size() == token_digits && std::ranges::all_of(token, is_hex) && std::ranges::none_of(behind, is_hex))
            return at + 1;
    }
    return std::string_view::npos;
}

std::optional<pid_t> writer_of(std::string_view name) noexcept
{
    const auto token = find_token(name);
    const auto stem = name.substr(0, token - 1);
    const auto p = stem.rfind('P');
    const auto q = stem.rfind('Q');
    if (p == std::string_view::npos || q == std::string_view::npos || q < p) return std::nullopt;
    const auto number = base::parse_number<std::uint32_t>(stem.substr(p + 1, q - p - 1), 1, 1U << 30);
    if (!number) return std::nullopt;
    return static_cast<pid_t>(*number);
}

// A NUL cannot stand in any of the parts, so no two lists of parts read the same.
std::string mark_of(std::initializer_list<std::string_view> parts)
{
    std::string text = "popfetch";
    for (const auto part : parts) text.append(1, '\0').append(part);
    return base::sha256_hex(text).substr(0, mark_digits);
}

std::string maildir_stem(base::WallTime received)
{
    using namespace std::chrono;
    const auto now = system_clock::now();
    const auto fraction = duration_cast<microseconds>(now - floor<seconds>(now)).count();
    return std::to_string(received.time_since_epoch().count()) + ".M" + std::to_string(fraction);
}

std::string dated_stem(base::WallTime received)
{
    const auto text = base::to_rfc3339(received); // 2026-11-21T08:15:00Z
    std::string stem;
    std::ranges::copy_if(text, std::back_inserter(stem), [](char c) { return c != '-' && c != ':'; });
    return stem + ".";
}

}

std::string account_mark(std::string_view account) { return mark_of({account}); }

std::string_view unique_part(std::string_view name) noexcept
{
    const auto token = find_token(name);
    return token == std::string_view::npos ? std::string_view{} : name.substr(0, token + token_digits);
}

bool bears_mark_of(std::string_view name, std::string_view account_mark) noexcept
{
    const auto token = find_token(name);
    return token != std::string_view::npos && name.substr(token, mark_digits) == account_mark;
}

std::optional<base::WallTime> delivery_time(std::string_view name)
{
    const auto stem = name.substr(0, name.find('.'));
    constexpr std::uint64_t far_future = 1ULL << 40;
    if (const auto seconds = base::parse_number<std::uint64_t>(stem, 0, far_future))
        return base::WallTime{std::chrono::seconds{static_cast<std::int64_t>(*seconds)}};
    constexpr std::string_view form = "20261121T081500Z";
    if (stem.size() != form.size()) return std::nullopt;
    std::string text{stem};
    for (const std::size_t at : {13U, 11U}) text.insert(at, 1, ':');
    for (const std::size_t at : {6U, 4U}) text.insert(at, 1, '-');
    return base::from_rfc3339(text);
}

std::string host_for_names(std::string_view host)
{
    std::string safe;
    for (const char c : host) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                           c == '-' || c == '_';
        std::array<char, 5> octal{};
        if (!plain) (void)std::snprintf(octal.data(), octal.size(), "\\%03o", static_cast<unsigned char>(c));
        const auto piece = plain ? std::string_view{&c, 1} : std::string_view{octal.data()};
        if (safe.size() + piece.size() > longest_host) break;
        safe.append(piece);
    }
    return safe.empty() ? "localhost" : safe;
}

std::string this_host()
{
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0) return host_for_names({});
    return host_for_names(name.data());
}

Names::Names(Style style, std::string_view account, const base::Path& ledger, std::string_view role)
    : style_{style}, host_{this_host()}, mark_{account_mark(account) +
                                               mark_of({account,
                                                        std::filesystem::absolute(ledger).lexically_normal().native(),
                                                        host_, role})},
      tail_{"R" + mark_ + base::random_hex(random_bytes)}
{
    if (style_ == Style::maildir) tail_ += "." + host_;
}

std::string Names::next(base::WallTime received)
{
    auto name = style_ == Style::maildir ? maildir_stem(received) : dated_stem(received);
    name.append("P").append(std::to_string(::getpid())).append("Q").append(std::to_string(++names_given));
    return name.append(tail_);
}

bool Names::is_left_behind(std::string_view name) const noexcept
{
    const auto token = find_token(name);
    if (token == std::string_view::npos || name.substr(token, mark_.size()) != mark_) return false;
    // The ledger's lock keeps other runs out. A command that needs no ledger may still be at work beside us.
    const auto writer = writer_of(name);
    return !writer || *writer == ::getpid() || (::kill(*writer, 0) != 0 && errno == ESRCH);
}

}
