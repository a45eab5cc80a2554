#include <algorithm>
#include <cmath>

#include <popfetch/base/units.hpp>
#include <popfetch/output/format.hpp>
#include <popfetch/output/progress.hpp>

namespace popfetch::output {

namespace {

constexpr std::size_t widest_bar = 26, narrowest_bar = 6;
constexpr std::string_view gap = "  ";
constexpr double longest_time_left = 100.0 * 3600; // seconds: beyond it the number is a guess about another day

std::string repeated(std::string_view text, std::size_t times)
{
    std::string result;
    for (; times > 0; --times) result += text;
    return result;
}

/// Half a column exact: ━━━╸──.
std::string bar(double share, std::size_t columns)
{
    const auto halves = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(columns) * 2);
    const std::size_t full = halves / 2;
    const std::size_t half = halves % 2;
    return repeated("━", full) + repeated("╸", half) + repeated("─", columns - full - half);
}

std::string padded(const std::string& text, std::size_t columns)
{
    return std::string(columns - std::min(columns, text.size()), ' ') + text;
}

/// "18.4M of 24.1M": the first as wide as the second, so that the line stands still while it grows.
std::string of(const std::string& part, std::string_view between, const std::string& whole)
{
    return padded(part, whole.size()).append(between).append(whole);
}

std::string two_digits(unsigned number) { return (number < 10 ? "0" : "") + std::to_string(number); }

/// "0:02", "1:02:03"
std::string time_left(double seconds)
{
    if (!(seconds >= 0 && seconds < longest_time_left)) return {};
    const auto left = static_cast<unsigned>(std::ceil(seconds));
    const std::string minutes_and_seconds = ':' + two_digits(left % 60);
    if (left < 3600) return std::to_string(left / 60) + minutes_and_seconds;
    return std::to_string(left / 3600) + ':' + two_digits(left / 60 % 60) + minutes_and_seconds;
}

double share_of(std::uint64_t part, std::uint64_t whole)
{
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// The parts right of the bar, and which of them goes first when the line is too long.
struct Numbers {
    std::string count, octets, rate, left;

    std::string joined() const
    {
        std::string text;
        for (const std::string* part : {&count, &octets, &rate, &left}) {
            if (!part->empty()) text.append(gap).append(*part);
        }
        return text;
    }

    void fit_into(std::size_t columns)
    {
        for (std::string* part : {&rate, &octets, &left}) {
            if (joined().size() <= columns) return;
            part->clear();
        }
    }
};

}

std::string progress_line(std::string_view account, unsigned name_columns, std::uint64_t messages,
                          std::uint64_t of_messages, std::uint64_t octets, std::uint64_t of_octets,
                          double octets_per_second, unsigned width)
{
    std::string line = cut_to(account, name_columns);
    line.append(name_columns - columns_of(line), ' ').append(gap);

    Numbers numbers{of(base::format_count(messages), "/", base::format_count(of_messages)),
                    of(base::format_total(octets), " of ", base::format_total(of_octets)),
                    {},
                    {}};
    if (octets_per_second >= 1) {
        const auto missing = static_cast<double>(of_octets - std::min(octets, of_octets));
        numbers.rate = base::format_total(static_cast<std::uint64_t>(octets_per_second)) + "/s";
        numbers.left = time_left(missing / octets_per_second);
    }
    const std::size_t name = name_columns + gap.size();
    const std::size_t room = width - std::min<std::size_t>(width, name);
    numbers.fit_into(room - std::min(room, narrowest_bar));

    const std::string right = numbers.joined();
    const std::size_t columns = std::min(widest_bar, room - std::min(room, right.size()));
    if (columns < narrowest_bar) return cut_to(line + right.substr(gap.size()), width);
    const double share = of_octets > 0 ? share_of(octets, of_octets) : share_of(messages, of_messages);
    return line + bar(share, columns) + right;
}

}
