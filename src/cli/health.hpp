#pragma once
// How well an account is, as monitoring systems ask (monitoring-plugins guidelines): OK, WARNING, CRITICAL, UNKNOWN.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <popfetch/config/account.hpp>
#include <popfetch/output/record.hpp>

#include "options.hpp"

namespace popfetch::cli {

enum class Health : int { ok = 0, warning = 1, critical = 2, unknown = 3 };
std::string_view word(Health health);

/// Reached or passed: not well. For certificates the other way round: fewer days than this.
struct Threshold {
    std::optional<double> warning, critical;
};
struct Thresholds {
    Threshold messages, octets, oldest_new, time;
    Threshold failed{1.0, std::nullopt};
    Threshold certificate_days{21.0, 7.0};
};

/// One measured quantity, in the units of perfdata.
struct Reading {
    std::string name; // "messages", "octets", "failed", "oldest_new", "time", "certificate_days"
    double value = 0;
    std::string unit; // "", "B", "s"
    Threshold threshold;
    bool fewer_is_worse = false;

    Health health() const;
};

struct AccountHealth {
    std::string account;
    Health health = Health::ok;
    std::vector<Reading> readings;
    std::string problem; // the error's text, or what is over its threshold
    std::string error_class;
};

/// Logs in and looks; never throws for what concerns the account alone.
AccountHealth examine(const config::Account& account, const Thresholds& thresholds, const Globals& globals);

/// "POPFETCH OK: 2 accounts, 412 messages, … | 'work.messages'=410;1000;5000;0 …": one line, as long as a monitoring
/// system takes it, which reads 8 KB. Longer: that line with sums and extremes in place of each account's readings, and
/// a line for each account that is not OK, the worst first, as many as fit.
std::string plugin_text(const std::vector<AccountHealth>& accounts);
/// The text exposition format, for the textfile collector of a node exporter.
std::string prometheus_text(const std::vector<AccountHealth>& accounts);
output::Record to_record(const AccountHealth& health);
Health worst(const std::vector<AccountHealth>& accounts);

}
