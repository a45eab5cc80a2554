#include <algorithm>
#include <array>
#include <charconv>

#include <popfetch/base/printable.hpp>

#include "amount.hpp"
#include "health.hpp"

namespace popfetch::cli {

namespace {

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

}

std::string_view word(Health health)
{
    constexpr std::array<std::string_view, 4> words{"OK", "WARNING", "CRITICAL", "UNKNOWN"};
    return words[static_cast<std::size_t>(health)];
}

std::string plugin_line(const std::vector<AccountHealth>& accounts)
{
    std::string line = "POPFETCH " + std::string{word(worst(accounts))} + ": " + sentence(accounts);
    for (const auto& account : accounts) {
        if (account.problem.empty()) continue;
        // The bar begins perfdata, so it may not stand in the text.
        auto problem = base::printable(account.problem, 500);
        std::ranges::replace(problem, '|', '/');
        line += "; " + account.account + ": " + problem;
    }
    std::string data;
    for (const auto& account : accounts)
        for (const auto& reading : account.readings) data += " " + perfdata(account.account, reading);
    return line + (data.empty() ? "" : " |" + data) + "\n";
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
