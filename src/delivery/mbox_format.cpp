#include "mbox_format.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include <popfetch/base/ascii.hpp>

namespace popfetch::delivery {

namespace {

constexpr std::string_view word = "From ";
constexpr std::string_view nobody = "MAILER-DAEMON";
constexpr std::size_t longest_sender = 320; // RFC 3696: 64 octets, an at sign, 255 octets

// The field's value with its folded lines, or nothing.
std::string_view return_path_in(std::string_view header)
{
    constexpr std::string_view field = "return-path:";
    while (!header.empty()) {
        const auto line = header.substr(0, header.find('\n'));
        if (line.empty() || line == "\r") return {};
        if (base::starts_with_ignoring_case(line, field)) {
            header.remove_prefix(field.size());
            auto end = header.find('\n');
            while (end != std::string_view::npos && end + 1 < header.size() &&
                   (header[end + 1] == ' ' || header[end + 1] == '\t'))
                end = header.find('\n', end + 1);
            return header.substr(0, end);
        }
        header.remove_prefix(std::min(header.size(), line.size() + 1));
    }
    return {};
}

// Readers look for blanks to find where the date begins.
char as_in_from_line(char c) { return c > ' ' && c < '\x7f' ? c : '-'; }

}

std::string sender_in(std::string_view beginning)
{
    const auto value = return_path_in(beginning);
    const auto open = value.find('<');
    const auto close = value.find('>', open == std::string_view::npos ? 0 : open);
    auto address = value;
    if (open != std::string_view::npos && close != std::string_view::npos)
        address = value.substr(open + 1, close - open - 1);
    address = base::trim(address);
    while (!address.empty() && (address.back() == '\r' || address.back() == '\n' || address.back() == ' '))
        address.remove_suffix(1);
    if (address.empty() || address.size() > longest_sender) return std::string{nobody};
    std::string sender{address};
    std::ranges::transform(sender, sender.begin(), as_in_from_line);
    return sender;
}

std::string from_line(std::string_view sender, base::WallTime received)
{
    using namespace std::chrono;
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto midnight = floor<std::chrono::days>(received);
    const year_month_day date{midnight};
    const hh_mm_ss time{received - midnight};
    std::array<char, 40> text{};
    (void)std::snprintf(text.data(), text.size(), " %s %s %2u %02d:%02d:%02d %d\n",
                        days[weekday{midnight}.c_encoding()], months[static_cast<unsigned>(date.month()) - 1],
                        static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                        static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                        static_cast<int>(date.year()));
    return std::string{word}.append(sender).append(text.data());
}

void write_as_mbox(const Content& message, base::WallTime received, base::ByteSink& out)
{
    constexpr std::size_t enough_for_sender = std::size_t{16} * 1024;
    out.write(from_line(sender_in(message.beginning(enough_for_sender)), received));
    MboxQuoter quoter{out};
    message.read_back(quoter);
    quoter.finish();
}

void MboxQuoter::write(std::string_view bytes)
{
    while (!bytes.empty()) {
        switch (at_) {
        case At::text: bytes.remove_prefix(pass_text(bytes)); break;
        case At::quotes: bytes.remove_prefix(pass_quotes(bytes)); break;
        case At::word: bytes.remove_prefix(match_word(bytes)); break;
        }
    }
}

// Everything up to the next line that may need a quote: in one piece, since there is hardly ever one.
std::size_t MboxQuoter::pass_text(std::string_view bytes)
{
    std::size_t at = 0;
    for (;;) {
        const auto end = bytes.find('\n', at);
        if (end == std::string_view::npos) {
            at = bytes.size();
            line_is_open_ = true;
            break;
        }
        at = end + 1;
        if (at < bytes.size() && bytes[at] != '>' && bytes[at] != word[0]) continue;
        at_ = At::quotes;
        line_is_open_ = false;
        break;
    }
    next_.write(bytes.substr(0, at));
    return at;
}

std::size_t MboxQuoter::pass_quotes(std::string_view bytes)
{
    const auto quotes = std::min(bytes.find_first_not_of('>'), bytes.size());
    if (quotes > 0) {
        next_.write(bytes.substr(0, quotes));
        line_is_open_ = true;
    }
    if (quotes < bytes.size()) at_ = bytes[quotes] == word[0] ? At::word : At::text;
    return quotes;
}

std::size_t MboxQuoter::match_word(std::string_view bytes)
{
    std::size_t at = 0;
    while (at < bytes.size() && matched_ < word.size() && bytes[at] == word[matched_]) ++at, ++matched_;
    if (at == bytes.size() && matched_ < word.size()) return at;
    if (matched_ == word.size()) next_.write(">");
    next_.write(word.substr(0, matched_));
    matched_ = 0;
    line_is_open_ = true;
    at_ = At::text;
    return at;
}

void MboxQuoter::finish()
{
    if (matched_ > 0) next_.write(word.substr(0, matched_));
    if (line_is_open_ || matched_ > 0) next_.write("\n");
    next_.write("\n");
    at_ = At::quotes;
    matched_ = 0;
    line_is_open_ = false;
}

}
