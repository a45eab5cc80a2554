#include <algorithm>
#include <map>

#include <popfetch/base/units.hpp>

#include "amount.hpp"
#include "fetch_report.hpp"
#include "screen.hpp"

namespace popfetch::cli {

namespace {

constexpr std::size_t most_named = 3; // of the accounts that have an error in common

bool is_well(const AccountResult& result) { return result.status == base::ExitStatus::ok && !result.ended_early(); }

struct Sum {
    std::size_t accounts = 0, with_new = 0;
    fetch::Totals totals;

    void add(const AccountResult& result)
    {
        ++accounts;
        with_new += result.totals.fetched > 0;
        totals.fetched += result.totals.fetched;
        totals.fetched_octets += result.totals.fetched_octets;
        totals.kept += result.totals.kept;
        totals.deleted += result.totals.deleted;
        totals.skipped += result.totals.skipped;
        totals.failed += result.totals.failed;
    }

    /// "12 new (3.1M) for 3 of them, 61,204 kept; 3 deleted"
    std::string text() const
    {
        std::string line = "nothing new";
        if (totals.fetched > 0)
            line = base::format_count(totals.fetched) + " new (" + base::format_total(totals.fetched_octets) +
                   ") for " + base::format_count(with_new) + " of them";
        if (totals.kept > 0) line += ", " + base::format_count(totals.kept) + " kept";
        if (totals.deleted > 0) line += "; " + base::format_count(totals.deleted) + " deleted";
        if (totals.skipped > 0) line += "; " + base::format_count(totals.skipped) + " skipped";
        if (totals.failed > 0) line += "; " + base::format_count(totals.failed) + " failed";
        return line;
    }
};

// What ended accounts, in their order; each text once, with the accounts that have it.
class Errors {
public:
    void add(const base::Error& error, const std::string& account, const std::string& line)
    {
        const auto [entry, is_new] = places_.emplace(error.what(), errors_.size());
        if (is_new) errors_.push_back({error.what(), {}, {}});
        errors_[entry->second].accounts.push_back(account);
        errors_[entry->second].lines.push_back(line);
    }

    void append_to(std::vector<std::string>& lines) const
    {
        for (const auto& error : errors_) {
            if (error.accounts.size() > most_named)
                lines.push_back(in_common(error));
            else
                lines.insert(lines.end(), error.lines.begin(), error.lines.end());
        }
    }

private:
    struct Common {
        std::string text;
        std::vector<std::string> accounts, lines;
    };

    static std::string in_common(const Common& error)
    {
        std::string line = "popfetch: " + counted(error.accounts.size(), "account") + " (";
        for (std::size_t i = 0; i < most_named; ++i) line += (i == 0 ? "" : ", ") + error.accounts[i];
        return line + " and " + base::format_count(error.accounts.size() - most_named) + " more): " + error.text;
    }

    std::map<std::string, std::size_t, std::less<>> places_;
    std::vector<Common> errors_;
};

void add_errors(Errors& errors, const AccountResult& result)
{
    for (const auto& mistake : result.mistakes) errors.add(mistake, result.account, error_line(mistake, {}));
    if (result.error) errors.add(*result.error, result.account, error_line(result));
}

}

std::vector<std::string> folded(const std::vector<AccountResult>& results, const std::vector<std::string>& held,
                                std::chrono::milliseconds took)
{
    Sum well, all;
    Errors errors;
    std::vector<std::string> partial;
    for (const auto& result : results) {
        all.add(result);
        if (is_well(result)) {
            well.add(result);
            continue;
        }
        add_errors(errors, result);
        if (!result.ended_early()) partial.push_back(result.account + "  " + summary_line(result));
    }
    std::vector<std::string> lines;
    if (well.accounts > 0) lines.push_back(counted(well.accounts, "account") + " well: " + well.text());
    lines.insert(lines.end(), held.begin(), held.end());
    lines.insert(lines.end(), partial.begin(), partial.end());
    errors.append_to(lines);
    const auto not_well = all.accounts - well.accounts;
    lines.push_back(counted(all.accounts, "account") + " in " + seconds(took) + ": " + all.text() + "; " +
                    (not_well == 0 ? "all well" : base::format_count(not_well) + " not well"));
    return lines;
}

}
