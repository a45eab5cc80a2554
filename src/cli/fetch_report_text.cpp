#include <algorithm>
#include <cstdio>
#include <mutex>
#include <optional>
#include <unordered_set>

#include <unistd.h>

#include <popfetch/base/printable.hpp>
#include <popfetch/base/units.hpp>
#include <popfetch/output/progress.hpp>

#include "amount.hpp"
#include "fetch_report.hpp"
#include "screen.hpp"
#include "shown_path.hpp"

namespace popfetch::cli {

namespace {

std::string so_many(std::uint64_t count, std::string_view what)
{
    return base::format_count(count) + " " + std::string{what};
}

// More than a screen should be filled with.
constexpr std::size_t most_accounts_with_a_line = 12;

// Where lines go: above the progress lines when there are some.
class Page {
public:
    Page(const Globals& globals, const std::vector<std::string>& accounts) : globals_{globals}
    {
        if (wants_progress(globals))
            progress_.emplace(STDERR_FILENO, terminal_width(STDERR_FILENO), wants_color(globals, STDERR_FILENO),
                              accounts);
        folds_ = progress_ && globals.verbose == 0 && accounts.size() > most_accounts_with_a_line;
        for (const auto& account : accounts) widest_ = std::max(widest_, account.size());
    }

    const Globals& globals() const { return globals_; }
    output::Progress* progress() { return progress_ ? &*progress_ : nullptr; }
    bool shows_summary() const { return !globals_.quiet && (progress_ || globals_.verbose > 0); }
    void print(std::string_view line)
    {
        if (progress_)
            progress_->print(line);
        else
            say(line);
    }
    /// What needs a person, of one account: at once, or where accounts are folded in the end, when nothing comes behind
    /// it.
    void tell(std::size_t index, std::string line)
    {
        if (!folds_) return print(line);
        const std::scoped_lock lock{mutex_};
        held_.emplace_back(index, std::move(line));
    }
    /// One that [defaults] has for every account is told once. It names its place, and with it the account.
    void tell_of(const config::Invalid& mistake)
    {
        if (folds_) return;
        const std::scoped_lock lock{mutex_};
        if (mistakes_.insert(mistake.what()).second) print(error_line(mistake, {}));
    }
    bool folds() const { return folds_; }
    /// Nothing comes after it.
    void close(const std::vector<AccountResult>& results)
    {
        progress_.reset();
        if (!folds_) return;
        std::ranges::stable_sort(held_, {}, &std::pair<std::size_t, std::string>::first);
        std::vector<std::string> held;
        for (auto& [index, line] : held_) held.push_back(std::move(line));
        for (const auto& line :
             folded(results, held,
                    std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start_)))
            say(line);
    }
    std::string labelled(std::string_view account, std::string_view text) const
    {
        std::string line{account};
        line.append(widest_ - std::min(widest_, account.size()) + 2, ' ');
        return line.append(text);
    }

private:
    const Globals& globals_;
    std::optional<output::Progress> progress_;
    std::size_t widest_ = 0;
    bool folds_ = false;
    const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::mutex mutex_;
    std::vector<std::pair<std::size_t, std::string>> held_;
    std::unordered_set<std::string> mistakes_;
};

class TextReport final : public AccountReport {
public:
    TextReport(Page& page, std::size_t index, std::string account)
        : page_{page}, index_{index}, account_{std::move(account)}
    {
    }

    void stage(std::string_view text) override
    {
        if (auto* progress = page_.progress()) progress->stage(index_, text);
        if (page_.globals().verbose > 0 && !page_.progress()) say(page_.labelled(account_, text));
    }
    void planned(std::span<const fetch::Decision> decisions) override
    {
        std::uint64_t count = 0, octets = 0;
        for (const auto& d : decisions) {
            if (d.action != fetch::Action::fetch) continue;
            ++count;
            octets += d.message.believed_size();
        }
        if (auto* progress = page_.progress()) progress->planned(index_, count, octets);
    }
    void received(const pop3::Message&, std::uint64_t, std::string_view octets) override
    {
        if (auto* progress = page_.progress()) progress->received(index_, octets.size());
    }
    void delivered(const pop3::Message& message, std::string_view, std::string_view place) override
    {
        if (auto* progress = page_.progress()) progress->finished_message(index_);
        if (page_.globals().verbose > 0)
            page_.print(page_.labelled(account_, std::to_string(message.number) + " → " + base::printable(place)));
    }
    void deleted(const pop3::Message& message, std::string_view why) override
    {
        if (page_.globals().verbose > 0)
            page_.print(page_.labelled(account_, std::to_string(message.number) + " deleted: " + std::string{why}));
    }
    void failed(const pop3::Message& message, const base::Error& error) override
    {
        page_.tell(index_,
                   "popfetch: " + account_ + ": message " + std::to_string(message.number) + ": " + error.what());
    }
    void recovered(std::string_view, std::string_view place) override
    {
        if (page_.globals().verbose > 0)
            page_.print(page_.labelled(account_, "finished an interrupted delivery: " + base::printable(place)));
    }
    void noted(std::string_view text) override
    {
        if (page_.globals().verbose > 0) page_.print(page_.labelled(account_, text));
    }
    void warned(std::string_view text) override
    {
        if (!page_.globals().quiet) page_.tell(index_, "popfetch: " + account_ + ": " + std::string{text});
    }
    void finished(const AccountResult& result) override
    {
        for (const auto& mistake : result.mistakes) page_.tell_of(mistake);
        const bool held_back = result.waiting && !shows_everything(page_.globals());
        if (result.error && !held_back && !page_.folds()) page_.print(error_line(result));
        if (!result.trouble_over.empty()) warned("fetching works again; it did not since " + result.trouble_over);
        const auto line = page_.labelled(account_, summary_line(result));
        if (auto* progress = page_.progress())
            progress->done(index_, result.ended_early() || page_.folds() ? "" : line);
        else if (page_.shows_summary() && !result.ended_early())
            say(line);
    }

private:
    Page& page_;
    std::size_t index_;
    std::string account_;
};

class TextFront final : public FetchFront {
public:
    TextFront(const Globals& globals, const std::vector<std::string>& accounts) : page_{globals, accounts} {}

    std::unique_ptr<AccountReport> report_for(std::size_t index, const std::string& account) override
    {
        return std::make_unique<TextReport>(page_, index, account);
    }
    void finish(const std::vector<AccountResult>& results) override { page_.close(results); }

private:
    Page page_;
};

}

std::string error_line(const AccountResult& result)
{
    const auto since = result.trouble_since.empty() ? std::string{} : " (since " + result.trouble_since + ')';
    return error_line(*result.error, result.account) + since;
}

std::string summary_line(const AccountResult& result)
{
    const auto& totals = result.totals;
    std::string line = "nothing new";
    if (totals.fetched > 0)
        line = so_many(totals.fetched, "new") + " (" + base::format_total(totals.fetched_octets) + ") to " +
               with_tilde(result.target) + " in " + seconds(result.took);
    if (totals.kept > 0 && totals.fetched == 0) line += ", " + so_many(totals.kept, "kept");
    if (totals.deleted > 0) line += "; " + so_many(totals.deleted, "deleted");
    if (totals.skipped > 0) line += "; " + so_many(totals.skipped, "skipped");
    if (totals.failed > 0) line += "; " + so_many(totals.failed, "failed");
    return line;
}

std::unique_ptr<FetchFront> text_front(const Globals& globals, const std::vector<std::string>& accounts)
{
    return std::make_unique<TextFront>(globals, accounts);
}

}
