#include <algorithm>
#include <array>
#include <charconv>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/base/units.hpp>

#include "amount.hpp"
#include "health.hpp"

namespace popfetch::cli {

namespace {

constexpr std::size_t most_octets_read = 8192; // Nagios' MAX_PLUGIN_OUTPUT_LENGTH

std::string number(double value)
{
    std::array<char, 40> text{};
    const bool whole = value == static_cast<double>(static_cast<std::int64_t>(value));
    auto* const end =
        whole ? std::to_chars(text.data(), text.data() + text.size(), static_cast<std::int64_t>(value)).ptr
              : std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, 3).ptr;
    return {text.data(), end};
}

// In perfdata a range "21:" is violated below 21 (monitoring-plugins guidelines, threshold format).
std::string limit(const std::optional<double>& value, bool fewer_is_worse)
{
    if (!value) return {};
    return number(*value) + (fewer_is_worse ? ":" : "");
}

std::string perfdata(const std::string& account, const Reading& reading)
{
    return "'" + account + "." + reading.name + "'=" + number(reading.value) + reading.unit + ";" +
           limit(reading.threshold.warning, reading.fewer_is_worse) + ";" +
           limit(reading.threshold.critical, reading.fewer_is_worse) + ";0";
}

// A quantity over all accounts, by `pick`; nothing where no account has it.
template<class Pick>
std::optional<double> over_all(const std::vector<AccountHealth>& accounts, std::string_view name, Pick pick)
{
    std::optional<double> result;
    for (const auto& account : accounts)
        for (const auto& reading : account.readings)
            if (reading.name == name) result = result ? pick(*result, reading.value) : reading.value;
    return result;
}

// An age at a glance: the largest unit of which there is at least one.
std::string coarse(double seconds)
{
    struct Unit {
        double seconds;
        std::string_view name;
    };
    constexpr std::array units{Unit{86400, " d"}, Unit{3600, " h"}, Unit{60, " min"}};
    for (const auto& unit : units)
        if (seconds >= unit.seconds)
            return number(static_cast<double>(static_cast<std::int64_t>(seconds / unit.seconds))) +
                   std::string{unit.name};
    return number(seconds) + " s";
}

std::string sentence(const std::vector<AccountHealth>& accounts)
{
    std::string text = counted(accounts.size(), "account");
    const auto larger = [](double a, double b) { return std::max(a, b); };
    if (const auto messages = over_all(accounts, "messages", std::plus{}))
        text += ", " + counted(static_cast<std::uint64_t>(*messages), "message");
    if (const auto age = over_all(accounts, "oldest_new", larger)) text += ", oldest new " + coarse(*age);
    if (const auto days = over_all(accounts, "certificate_days", [](double a, double b) { return std::min(a, b); }))
        text += ", certificate " + number(*days) + (*days == 1 ? " day" : " days");
    return text;
}

std::string label(std::string_view text)
{
    std::string result;
    for (const char c : base::printable(text)) {
        if (c == '"' || c == '\\') result += '\\';
        result += c;
    }
    return result;
}

// The bar begins perfdata, so it may not stand in the text.
std::string problem_of(const AccountHealth& account, std::size_t longest)
{
    auto problem = base::printable(account.problem, longest);
    std::ranges::replace(problem, '|', '/');
    return account.account + ": " + problem;
}

std::string one_line(const std::vector<AccountHealth>& accounts)
{
    std::string line = "POPFETCH " + std::string{word(worst(accounts))} + ": " + sentence(accounts);
    for (const auto& account : accounts)
        if (!account.problem.empty()) line += "; " + problem_of(account, 500);
    std::string data;
    for (const auto& account : accounts)
        for (const auto& reading : account.readings) data += " " + perfdata(account.account, reading);
    return line + (data.empty() ? "" : " |" + data) + "\n";
}

std::size_t count_of(const std::vector<AccountHealth>& accounts, Health health)
{
    return static_cast<std::size_t>(std::ranges::count(accounts, health, &AccountHealth::health));
}

constexpr std::array by_gravity{Health::critical, Health::unknown, Health::warning};

// Of all accounts together: sums, the oldest message, the slowest server, the certificate that expires first.
std::string common_perfdata(const std::vector<AccountHealth>& accounts)
{
    std::string data = " | 'accounts'=" + std::to_string(accounts.size());
    for (const auto health : {Health::ok, Health::warning, Health::critical, Health::unknown})
        data += " '" + base::to_lower(word(health)) + "'=" + std::to_string(count_of(accounts, health));
    const auto add = [&](std::string_view name, std::string_view unit, auto pick) {
        if (const auto value = over_all(accounts, name, pick))
            data += " '" + std::string{name} + "'=" + number(*value) + std::string{unit};
    };
    const auto larger = [](double a, double b) { return std::max(a, b); };
    add("messages", "", std::plus{});
    add("octets", "B", std::plus{});
    add("failed", "", std::plus{});
    add("oldest_new", "s", larger);
    add("time", "s", larger);
    add("certificate_days", "", [](double a, double b) { return std::min(a, b); });
    return data;
}

std::string summary_of(const std::vector<AccountHealth>& accounts)
{
    std::string line = "POPFETCH " + std::string{word(worst(accounts))} + ": " + sentence(accounts);
    for (const auto health : by_gravity)
        if (const auto count = count_of(accounts, health))
            line += "; " + base::format_count(count) + " " + std::string{word(health)};
    return line + common_perfdata(accounts) + "\n";
}

std::string summary_and_what_is_not_ok(const std::vector<AccountHealth>& accounts)
{
    constexpr std::size_t room_for_the_rest = 40; // "… and 9,999 more that are not OK"
    auto text = summary_of(accounts);
    std::size_t left_out = 0;
    for (const auto health : by_gravity) {
        for (const auto& account : accounts) {
            if (account.health != health) continue;
            const auto line = std::string{word(health)} + " " + problem_of(account, 200) + "\n";
            if (left_out > 0 || text.size() + line.size() > most_octets_read - room_for_the_rest)
                ++left_out;
            else
                text += line;
        }
    }
    if (left_out > 0) text += "and " + base::format_count(left_out) + " more that are not OK\n";
    return text;
}

}

std::string_view word(Health health)
{
    constexpr std::array<std::string_view, 4> words{"OK", "WARNING", "CRITICAL", "UNKNOWN"};
    return words[static_cast<std::size_t>(health)];
}

std::string plugin_text(const std::vector<AccountHealth>& accounts)
{
    auto line = one_line(accounts);
    return line.size() <= most_octets_read ? line : summary_and_what_is_not_ok(accounts);
}

std::string prometheus_text(const std::vector<AccountHealth>& accounts)
{
    std::string text =
        "# HELP popfetch_up 1 if the account could be logged into and listed.\n# TYPE popfetch_up gauge\n";
    for (const auto& account : accounts)
        text +=
            "popfetch_up{account=\"" + label(account.account) + "\"} " + (account.readings.empty() ? "0" : "1") + "\n";

    struct Metric {
        std::string_view reading, name, help;
    };
    constexpr std::array metrics{
        Metric{"messages", "popfetch_messages", "Messages in the mailbox."},
        Metric{"octets", "popfetch_octets", "Octets in the mailbox."},
        Metric{"failed", "popfetch_failed", "Messages that could not be fetched and wait for their next try."},
        Metric{"oldest_new", "popfetch_oldest_new_seconds", "Age of the oldest message that was not fetched."},
        Metric{"time", "popfetch_time_seconds", "Time from dialling to the listing."},
        Metric{"certificate_days", "popfetch_certificate_days", "Days until the certificate expires."},
    };
    for (const auto& metric : metrics) {
        text += "# HELP " + std::string{metric.name} + " " + std::string{metric.help} + "\n# TYPE " +
                std::string{metric.name} + " gauge\n";
        for (const auto& account : accounts)
            for (const auto& reading : account.readings)
                if (reading.name == metric.reading)
                    text += std::string{metric.name} + "{account=\"" + label(account.account) + "\"} " +
                            number(reading.value) + "\n";
    }
    return text;
}

output::Record to_record(const AccountHealth& health)
{
    output::Record record{{"account", health.account}, {"status", word(health.health)}};
    output::Record readings;
    for (const auto& reading : health.readings) {
        const auto whole = static_cast<std::int64_t>(reading.value);
        const bool is_whole = static_cast<double>(whole) == reading.value; // messages and octets are integers in JSON
        readings.set(reading.name, is_whole ? output::Value{whole} : output::Value{reading.value});
    }
    record.set("readings", readings);
    if (!health.problem.empty()) record.set("problem", health.problem);
    if (!health.error_class.empty()) record.set("class", health.error_class);
    return record;
}

}
