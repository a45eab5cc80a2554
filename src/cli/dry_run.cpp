#include "dry_run.hpp"

#include <algorithm>
#include <unordered_set>

#include <popfetch/base/printable.hpp>
#include <popfetch/base/units.hpp>

#include "account_run.hpp"
#include "screen.hpp"

namespace popfetch::cli {

namespace {

using fetch::Action;
using fetch::Decision;

struct AccountPlan {
    AccountRun::Foreseen foreseen;
    base::WallTime made = base::wall_clock();

    const std::vector<Decision>& decisions() const { return foreseen.plan.decisions; }
    const std::vector<Decision>& deletions() const { return foreseen.deletions; }

    // Keeping is what happens to whatever is neither fetched, skipped nor deleted.
    std::uint64_t kept() const
    {
        std::unordered_set<std::uint32_t> leaving;
        for (const auto& d : deletions()) leaving.insert(d.message.number);
        return static_cast<std::uint64_t>(std::ranges::count_if(decisions(), [&](const Decision& d) {
            return d.action == Action::keep && !leaving.contains(d.message.number);
        }));
    }
    std::uint64_t count(Action action) const
    {
        return static_cast<std::uint64_t>(std::ranges::count(decisions(), action, &Decision::action));
    }
    std::uint64_t octets_to_fetch() const
    {
        std::uint64_t octets = 0;
        for (const auto& d : decisions())
            if (d.action == Action::fetch) octets += d.message.believed_size();
        return octets;
    }
};

// The plan is all that is printed, but for what somebody should know.
class DryReport final : public AccountReport {
public:
    DryReport(std::string account, const Globals& globals) : account_{std::move(account)}, globals_{globals} {}
    void warned(std::string_view text) override
    {
        if (!globals_.quiet && !globals_.machine()) say("popfetch: " + account_ + ": " + std::string{text});
    }

private:
    std::string account_;
    const Globals& globals_;
};

AccountPlan plan_of(const config::Account& account, const FetchOptions& options, const Globals& globals)
{
    DryReport report{account.name, globals};
    return {AccountRun{account, options, globals, report, Effect::none}.foresee()};
}

std::string padded(std::string_view text, std::size_t width)
{
    return std::string(width - std::min(width, text.size()), ' ').append(text);
}

std::string line_of(std::string_view action, std::string_view numbers, std::string_view size, std::string_view why)
{
    std::string line = "  ";
    line.append(action).append(8 - std::min<std::size_t>(8, action.size()), ' ');
    return line + padded(numbers, 7) + "  " + padded(size, 5) + "  " + base::printable(why) + "\n";
}

std::string deletion_lines(std::span<const Decision> deletions)
{
    std::string text;
    for (std::size_t i = 0; i < deletions.size();) {
        std::size_t last = i;
        while (last + 1 < deletions.size() &&
               deletions[last + 1].message.number == deletions[last].message.number + 1 &&
               deletions[last + 1].why == deletions[i].why)
            ++last;
        auto numbers = std::to_string(deletions[i].message.number);
        if (last > i) numbers += "-" + std::to_string(deletions[last].message.number);
        const auto size = last == i ? base::format_size(deletions[i].message.size) : "";
        text += line_of("delete", numbers, size, deletions[i].why);
        i = last + 1;
    }
    return text;
}

std::string as_text(const std::string& account, const AccountPlan& planned)
{
    const auto fetches = planned.count(Action::fetch);
    const auto what = fetches == 0
                          ? "nothing"
                          : base::format_count(fetches) + " (" + base::format_total(planned.octets_to_fetch()) + ")";
    std::string text = account + "  would fetch " + what + ", delete " +
                       base::format_count(planned.deletions().size()) + ", keep " + base::format_count(planned.kept()) +
                       ", skip " + base::format_count(planned.count(Action::skip)) + "\n";
    for (const auto& d : planned.decisions()) {
        if (d.action == Action::keep) continue;
        text += line_of(d.action == Action::fetch ? "fetch" : "skip", std::to_string(d.message.number),
                        base::format_size(d.message.size), d.why);
    }
    return text + deletion_lines(planned.deletions());
}

std::string why(const Decision& d, base::WallTime now)
{
    return d.action == Action::keep ? "fetched " + base::to_local(d.fetched, now) : d.why;
}

void add_messages(output::Value::List& list, std::span<const Decision> decisions, std::string_view action_name,
                  base::WallTime now)
{
    for (const auto& d : decisions) {
        std::string_view action = action_name;
        if (d.action == Action::fetch) action = "fetch";
        if (d.action == Action::skip) action = "skip";
        list.emplace_back(output::Record{{"number", d.message.number},
                                         {"uid", d.message.uid},
                                         {"size", output::Octets{d.message.size}},
                                         {"action", action},
                                         {"reason", d.reason},
                                         {"why", why(d, now)}});
    }
}

output::Record as_record(const std::string& account, const AccountPlan& planned)
{
    output::Value::List messages;
    add_messages(messages, planned.decisions(), "keep", planned.made);
    add_messages(messages, planned.deletions(), "delete", planned.made);
    return {{"event", "plan"},
            {"account", account},
            {"fetch", planned.count(Action::fetch)},
            {"octets", output::Octets{planned.octets_to_fetch()}},
            {"delete", std::uint64_t{planned.deletions().size()}},
            {"keep", planned.kept()},
            {"skip", planned.count(Action::skip)},
            {"messages", std::move(messages)}};
}

}

base::ExitStatus run_dry(const std::vector<config::Account>& accounts, const FetchOptions& options,
                         const Globals& globals)
{
    StandardOutput out;
    std::vector<base::ExitStatus> statuses;
    for (const auto& account : accounts) {
        try {
            const auto planned = plan_of(account, options, globals);
            out.write(globals.machine() ? output::to_json_line(as_record(account.name, planned))
                                        : as_text(account.name, planned));
        } catch (const base::Interrupted&) {
            throw;
        } catch (const base::Error& error) {
            report_error(error, account.name, globals);
            statuses.push_back(error.status());
        }
    }
    return base::gravest(statuses);
}

}
