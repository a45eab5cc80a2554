#include "health.hpp"

#include <algorithm>

#include <popfetch/base/units.hpp>

#include "diagnosis.hpp"
#include "mailbox.hpp"

namespace popfetch::cli {

namespace {

// A login that is refused or a server that is away is an alarm; a mistake of ours says nothing of the server.
Health health_of(const base::Error& error)
{
    const auto status = error.status();
    return status == base::ExitStatus::config || status == base::ExitStatus::usage ? Health::unknown : Health::critical;
}

void read_oldest_new(Mailbox& mailbox, const Thresholds& thresholds, std::vector<Reading>& readings)
{
    auto& rows = mailbox.rows();
    const auto first_new = std::ranges::find(rows, "new", &Row::state);
    if (first_new == rows.end() || !mailbox.maildrop().capabilities().top) return;
    mailbox.read_header(*first_new);
    if (!first_new->summary || !first_new->summary->date) return;
    const auto age = std::max<std::int64_t>((base::wall_clock() - *first_new->summary->date).count(), 0);
    readings.push_back({"oldest_new", static_cast<double>(age), "s", thresholds.oldest_new, false});
}

std::vector<Reading> read(const config::Account& account, const Thresholds& thresholds, const Globals& globals)
{
    const auto start = std::chrono::steady_clock::now();
    Mailbox mailbox{account, globals};
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    double octets = 0;
    for (const auto& row : mailbox.rows()) octets += static_cast<double>(row.message.size);

    const auto failed = std::ranges::count(mailbox.rows(), "failed", &Row::state);
    std::vector<Reading> readings{
        {"messages", static_cast<double>(mailbox.rows().size()), "", thresholds.messages, false},
        {"octets", octets, "B", thresholds.octets, false},
        {"failed", static_cast<double>(failed), "", thresholds.failed, false},
        {"time", took.count(), "s", thresholds.time, false},
    };
    read_oldest_new(mailbox, thresholds, readings);
    if (const auto days = certificate_days(mailbox.session(), base::wall_clock()))
        readings.push_back({"certificate_days", static_cast<double>(*days), "", thresholds.certificate_days, true});
    std::move(mailbox).quit();
    return readings;
}

}

Health Reading::health() const
{
    const auto beyond = [this](const std::optional<double>& limit) {
        return limit && (fewer_is_worse ? value < *limit : value >= *limit);
    };
    if (beyond(threshold.critical)) return Health::critical;
    return beyond(threshold.warning) ? Health::warning : Health::ok;
}

AccountHealth examine(const config::Account& account, const Thresholds& thresholds, const Globals& globals)
{
    AccountHealth result;
    result.account = account.name;
    try {
        result.readings = read(account, thresholds, globals);
    } catch (const base::Interrupted&) {
        throw;
    } catch (const base::Error& error) {
        result.health = health_of(error);
        result.problem = error.what();
        result.error_class = error.kind();
        return result;
    }
    for (const auto& reading : result.readings) {
        if (reading.health() == Health::ok) continue;
        if (!result.problem.empty()) result.problem += ", ";
        result.problem += reading.name == "failed"
                              ? base::format_count(static_cast<std::uint64_t>(reading.value)) + " failed"
                              : reading.name + " " + std::string{word(reading.health())};
        result.health = std::max(result.health, reading.health());
    }
    return result;
}

Health worst(const std::vector<AccountHealth>& accounts)
{
    // An alarm goes before not knowing.
    const auto gravity = [](Health health) { return health == Health::critical ? 4 : static_cast<int>(health); };
    Health result = Health::ok;
    for (const auto& account : accounts)
        if (gravity(account.health) > gravity(result)) result = account.health;
    return result;
}

}
