#include <popfetch/base/time.hpp>

#include <array>
#include <cstdio>
#include <ctime>

#include <popfetch/base/number.hpp>

namespace popfetch::base {

namespace {

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::chrono::hours half_a_year{182 * 24}; // ls(1) leaves the year out for so long

std::tm local(WallTime time)
{
    const auto seconds = static_cast<std::time_t>(time.time_since_epoch().count());
    std::tm parts{};
    ::tzset(); // localtime_r(3) need not do it
    ::localtime_r(&seconds, &parts);
    return parts;
}

std::string clock_of(const std::tm& parts)
{
    char text[32];
    (void)std::snprintf(text, sizeof text, "%02d:%02d", parts.tm_hour, parts.tm_min);
    return text;
}

// "2026-11-21T08:15:00Z" with each digit as 0.
constexpr std::string_view shape = "0000-00-00T00:00:00Z";

bool has_shape(std::string_view text)
{
    if (text.size() != shape.size()) return false;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] != '0' && text[i] != shape[i]) return false;
    }
    return true;
}

}

WallTime wall_clock() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

std::string to_rfc3339(WallTime time)
{
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    char text[64];
    (void)std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", int{date.year()}, unsigned{date.month()},
                        unsigned{date.day()}, static_cast<int>(clock.hours().count()),
                        static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
    return text;
}

std::optional<WallTime> from_rfc3339(std::string_view text)
{
    if (!has_shape(text)) return std::nullopt;
    const auto year = parse_number<unsigned>(text.substr(0, 4));
    const auto month = parse_number<unsigned>(text.substr(5, 2));
    const auto day = parse_number<unsigned>(text.substr(8, 2));
    const auto hour = parse_number<unsigned>(text.substr(11, 2), 0, 23);
    const auto minute = parse_number<unsigned>(text.substr(14, 2), 0, 59);
    const auto second = parse_number<unsigned>(text.substr(17, 2), 0, 59);
    if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)}, std::chrono::month{*month},
                                           std::chrono::day{*day}};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days{date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
           std::chrono::seconds{*second};
}

std::string to_local(WallTime time, WallTime now)
{
    const std::tm then = local(time);
    const std::tm today = local(now);
    if (then.tm_year == today.tm_year && then.tm_yday == today.tm_yday) return "today " + clock_of(then);
    const std::string day =
        std::to_string(then.tm_mday) + ' ' + std::string{months[static_cast<std::size_t>(then.tm_mon)]};
    const bool near = time > now - half_a_year && time < now + half_a_year;
    return near ? day + ' ' + clock_of(then) : day + ' ' + std::to_string(then.tm_year + 1900);
}

}
