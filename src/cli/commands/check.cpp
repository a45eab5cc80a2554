#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>

#include <popfetch/base/file.hpp>
#include <popfetch/base/units.hpp>

#include "../accounts.hpp"
#include "../arguments.hpp"
#include "../health.hpp"
#include "../sandbox.hpp"
#include "../screen.hpp"
#include "../side_by_side.hpp"
#include "all.hpp"

namespace popfetch::cli {

namespace {

struct CheckOptions {
    std::vector<std::string> accounts;
    std::string messages, octets, age, time, certificate; // WARNING,CRITICAL
    std::string prometheus;
};

enum class Worse { more, fewer };

// With the two the wrong way round there would be no warning, ever.
void refuse_swapped(const Threshold& threshold, const std::string& text, const std::string& option, Worse worse)
{
    if (!threshold.warning || !threshold.critical) return;
    const bool swapped =
        worse == Worse::more ? *threshold.critical < *threshold.warning : *threshold.critical > *threshold.warning;
    if (swapped)
        throw base::Error{base::ExitStatus::usage, "usage.threshold",
                          option + ": \"" + text + "\" would be critical before it is a warning",
                          "the warning comes first: write " + text.substr(text.find(',') + 1) + "," +
                              text.substr(0, text.find(','))};
}

// "1000,5000", each part read by `parse`; a part may be missing.
template<class Parse>
Threshold threshold(const std::string& text, const std::string& option, Parse parse, Worse worse = Worse::more)
{
    Threshold result;
    const auto comma = text.find(',');
    const auto part = [&](const std::string& word) -> std::optional<double> {
        if (word.empty()) return std::nullopt;
        if (const auto value = parse(word)) return value;
        throw base::Error{base::ExitStatus::usage, "usage.threshold", option + ": \"" + word + "\" is no value for it",
                          "write WARNING,CRITICAL"};
    };
    result.warning = part(text.substr(0, comma));
    if (comma != std::string::npos) result.critical = part(text.substr(comma + 1));
    refuse_swapped(result, text, option, worse);
    return result;
}

constexpr double largest_number = 1e15; // a double still holds every whole number up to it

std::optional<double> as_number(const std::string& word)
{
    try {
        std::size_t used = 0;
        const double value = std::stod(word, &used);
        return used == word.size() && value >= 0 && value <= largest_number ? std::optional{value} : std::nullopt;
    } catch (const std::exception&) {
        return std::nullopt;
    }
}
std::optional<double> as_size(const std::string& word)
{
    const auto size = base::parse_size(word);
    return size ? std::optional{static_cast<double>(*size)} : std::nullopt;
}
std::optional<double> as_age(const std::string& word)
{
    const auto age = base::parse_duration(word);
    return age ? std::optional{static_cast<double>(age->count())} : std::nullopt;
}

Thresholds thresholds_of(const CheckOptions& options)
{
    Thresholds result;
    result.messages = threshold(options.messages, "--messages", as_number);
    result.octets = threshold(options.octets, "--octets", as_size);
    result.oldest_new = threshold(options.age, "--oldest-new", as_age);
    result.time = threshold(options.time, "--time", as_number);
    if (!options.certificate.empty())
        result.certificate_days = threshold(options.certificate, "--certificate", as_number, Worse::fewer);
    return result;
}

std::vector<AccountHealth> examine_all(const std::vector<config::Account>& accounts, const Thresholds& thresholds,
                                       const Globals& globals)
{
    std::vector<AccountHealth> healths(accounts.size());
    std::vector<Job> jobs;
    for (std::size_t i = 0; i < accounts.size(); ++i)
        jobs.push_back(
            {accounts[i].dial.host, accounts[i].connections_per_host, [&, i] {
                 try {
                     healths[i] = examine(accounts[i], thresholds, globals);
                 } catch (const base::Interrupted& interrupted) {
                     healths[i] = {accounts[i].name, Health::unknown, {}, interrupted.what(), interrupted.kind()};
                 }
             }});
    run_side_by_side(std::move(jobs), 8);
    return healths;
}

// One account each, however many mistakes it has.
void add_mistaken(std::vector<AccountHealth>& healths, const std::vector<config::Mistake>& mistakes)
{
    for (std::size_t i = 0; i < mistakes.size();) {
        const auto& first = mistakes[i];
        AccountHealth health{first.account, Health::unknown, {}, first.error.what(), first.error.kind()};
        std::size_t more = 0;
        for (++i; i < mistakes.size() && mistakes[i].account == first.account; ++i) ++more;
        if (more > 0) health.problem += " (and " + std::to_string(more) + " more)";
        healths.push_back(std::move(health));
    }
}

Health run_check(const Globals& globals, const CheckOptions& options)
{
    const auto thresholds = thresholds_of(options);
    auto [accounts, mistakes] = choose_accounts(options.accounts, globals);
    confine(accounts, globals, {.writes = {options.prometheus}});
    auto healths = examine_all(accounts, thresholds, globals);
    add_mistaken(healths, mistakes);
    StandardOutput out;
    if (!options.prometheus.empty()) {
        if (options.prometheus == "-")
            out.write(prometheus_text(healths));
        else
            base::replace_file(options.prometheus, prometheus_text(healths), 0644);
    } else if (globals.machine()) {
        for (const auto& health : healths) out.write(output::to_json_line(to_record(health)));
    } else {
        out.write(plugin_text(healths));
    }
    return worst(healths);
}

// A plugin's status is not ours: what goes wrong before anything is known is UNKNOWN (3), on standard output like
// everything a plugin says.
base::ExitStatus checked(const Globals& globals, const CheckOptions& options)
{
    try {
        return static_cast<base::ExitStatus>(run_check(globals, options));
    } catch (const base::Error& error) {
        return report_unknown(error, globals);
    }
}

}

void add_check(CLI::App& app, Invocation& invocation)
{
    const auto options = std::make_shared<CheckOptions>();
    auto* command = app.add_subcommand("check", "Say for a monitoring system how accounts are: OK, WARNING, CRITICAL");
    add_accounts(*command, options->accounts);
    command->add_option("--messages", options->messages, "Messages in the mailbox: 1000,5000")->type_name("WARN,CRIT");
    command->add_option("--octets", options->octets, "Size of the mailbox: 500M,1G")->type_name("WARN,CRIT");
    command->add_option("--oldest-new", options->age, "Age of the oldest message that was not fetched: 1h,6h")
        ->type_name("WARN,CRIT");
    command->add_option("--time", options->time, "Seconds until the mailbox is listed: 1,5")->type_name("WARN,CRIT");
    command->add_option("--certificate", options->certificate, "Days until the certificate expires: 21,7 without this")
        ->type_name("WARN,CRIT");
    take_path(
        *command
             ->add_option("--prometheus", options->prometheus,
                          "Write Prometheus' text format to this file instead, in one step; - for standard output")
             ->type_name("FILE"));
    command->footer("  popfetch check\n"
                    "  popfetch check work --messages 1000,5000 --oldest-new 1h,6h\n"
                    "  popfetch check --prometheus popfetch.prom\n");
    command->callback([&invocation, options] {
        invocation.run = [options](const Globals& globals) { return checked(globals, *options); };
    });
}

}
