#include <popfetch/output/progress.hpp>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <optional>

#include <sys/ioctl.h>

#include <popfetch/base/error.hpp>
#include <popfetch/base/file.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/output/format.hpp>

namespace popfetch::output {

namespace {

using Time = std::chrono::steady_clock::time_point;

constexpr std::chrono::milliseconds least_between_draws{100};
constexpr double rate_memory = 3; // seconds after which an old rate counts for a third
constexpr std::size_t widest_name = 24;
constexpr std::size_t longest_text = 1000; // octets

/// Octets per second, smoothed: what the eye can read and time left can be reckoned from.
class Rate {
public:
    void add(std::uint64_t octets) { since_ += octets; }

    double at(Time now)
    {
        if (!last_) {
            last_ = now;
            since_ = 0;
        }
        const double seconds = std::chrono::duration<double>(now - *last_).count();
        if (seconds < std::chrono::duration<double>(least_between_draws).count()) return rate_;
        const double current = static_cast<double>(since_) / seconds;
        rate_ = rate_ == 0 ? current : rate_ + (current - rate_) * (1 - std::exp(-seconds / rate_memory));
        last_ = now;
        since_ = 0;
        return rate_;
    }

private:
    std::optional<Time> last_;
    std::uint64_t since_ = 0;
    double rate_ = 0;
};

struct Account {
    enum class Shows { nothing, stage, bar, final_line };

    std::string name;
    Shows shows = Shows::nothing;
    std::string text; // of a stage, or the final line
    std::uint64_t messages = 0, of_messages = 0, octets = 0, of_octets = 0;
    Rate rate;

    bool under_way() const { return shows == Shows::stage || shows == Shows::bar; }
};

struct Size {
    std::size_t rows, columns;
};

/// What the window measures now: people resize it.
Size size_of(int descriptor, Size otherwise)
{
    winsize size{};
    if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return otherwise;
    return {size.ws_row, size.ws_col};
}

std::string up(std::size_t lines) { return lines == 0 ? std::string{} : "\x1b[" + std::to_string(lines) + "A"; }

}

struct Progress::State {
    const int descriptor;
    const unsigned width;
    const bool color;
    const Clock clock;
    std::vector<Account> accounts;
    unsigned name_columns = 0;

    std::mutex mutex;
    std::size_t drawn = 0; // lines on the terminal; the cursor stands below them
    std::optional<Time> last_draw;
    bool broken = false;

    State(int fd, unsigned columns, bool with_color, std::vector<std::string> names, Clock now)
        : descriptor{fd}, width{columns}, color{with_color}, clock{std::move(now)}
    {
        for (std::string& name : names) {
            name_columns = std::max(name_columns, static_cast<unsigned>(std::min(columns_of(name), widest_name)));
            accounts.emplace_back().name = std::move(name);
        }
    }

    std::string line_of(Account& account, std::size_t columns)
    {
        using Shows = Account::Shows;
        if (account.shows == Shows::final_line) return cut_to(account.text, columns);
        if (account.shows == Shows::bar) {
            return progress_line(account.name, name_columns, account.messages, account.of_messages, account.octets,
                                 account.of_octets, account.rate.at(clock()), static_cast<unsigned>(columns));
        }
        std::string label = cut_to(account.name, name_columns);
        label.append(name_columns - columns_of(label) + 2, ' ');
        const std::string text = cut_to(account.text, columns - std::min(columns, columns_of(label)));
        return label + painted(text, Paint::faint, color);
    }

    std::vector<std::string> lines(Size size)
    {
        const auto said = std::ranges::count_if(accounts, [](const Account& a) { return !silent(a); });
        const bool all = static_cast<std::size_t>(said) < size.rows;
        std::vector<std::string> result;
        std::size_t hidden = 0;
        for (Account& account : accounts) {
            if (silent(account)) continue;
            const bool shown = all || (account.under_way() && result.size() + 2 < size.rows);
            if (shown) {
                result.push_back(line_of(account, size.columns));
            } else {
                ++hidden;
            }
        }
        if (hidden > 0) result.push_back(cut_to("… and " + std::to_string(hidden) + " more", size.columns));
        return result;
    }

    static bool silent(const Account& account)
    {
        return account.shows == Account::Shows::nothing ||
               (account.shows == Account::Shows::final_line && account.text.empty());
    }

    /// `above` stays on the terminal; the lines are drawn below it, in one write so that nothing flickers.
    void draw(std::string_view above = {})
    {
        // One column is left free: terminals differ in where the cursor is after the last one.
        Size size = size_of(descriptor, {accounts.size() + 1, width});
        size.columns -= std::min<std::size_t>(size.columns, 1);
        replace(above, lines(size));
        last_draw = clock();
    }

    void replace(std::string_view above, const std::vector<std::string>& lines)
    {
        std::string text = drawn == 0 ? "" : "\r" + up(drawn);
        std::size_t overwritten = 0;
        for (std::size_t at = 0; at < above.size(); ++overwritten) {
            const std::size_t end = std::min(above.find('\n', at), above.size());
            text.append(above.substr(at, end - at)).append("\x1b[K\n");
            at = end + 1;
        }
        for (const std::string& line : lines) text.append(line).append("\x1b[K\n");
        overwritten += lines.size();
        const std::size_t left_over = drawn - std::min(drawn, overwritten);
        for (std::size_t i = 0; i < left_over; ++i) text += "\x1b[K\n";
        text += up(left_over);
        drawn = lines.size();
        write(text);
    }

    void draw_numbers()
    {
        if (!last_draw || clock() - *last_draw >= least_between_draws) draw();
    }

    void write(const std::string& text)
    {
        if (broken || text.empty()) return;
        try {
            base::write_all(descriptor, text, "standard error");
        } catch (const base::Error&) {
            broken = true;
        }
    }
};

Progress::Progress(int descriptor, unsigned width, bool color, std::vector<std::string> accounts, Clock clock)
    : state_{std::make_unique<State>(descriptor, width, color, std::move(accounts), std::move(clock))}
{
}

Progress::~Progress()
{
    const std::scoped_lock lock{state_->mutex};
    std::string final_lines;
    for (const Account& account : state_->accounts) {
        if (account.shows == Account::Shows::final_line && !account.text.empty()) final_lines += account.text + '\n';
    }
    state_->replace(final_lines, {});
}

void Progress::stage(std::size_t account, std::string_view text)
{
    const std::scoped_lock lock{state_->mutex};
    Account& it = state_->accounts.at(account);
    it.shows = Account::Shows::stage;
    it.text = base::printable(text, longest_text);
    state_->draw();
}

void Progress::planned(std::size_t account, std::uint64_t messages, std::uint64_t octets)
{
    const std::scoped_lock lock{state_->mutex};
    Account& it = state_->accounts.at(account);
    it.of_messages = messages;
    it.of_octets = octets;
    it.rate.at(state_->clock());
    if (messages > 0) it.shows = Account::Shows::bar;
    state_->draw();
}

void Progress::received(std::size_t account, std::uint64_t octets)
{
    const std::scoped_lock lock{state_->mutex};
    Account& it = state_->accounts.at(account);
    it.octets += octets;
    it.rate.add(octets);
    if (it.of_messages > 0 && it.under_way()) it.shows = Account::Shows::bar;
    state_->draw_numbers();
}

void Progress::finished_message(std::size_t account)
{
    const std::scoped_lock lock{state_->mutex};
    ++state_->accounts.at(account).messages;
    state_->draw_numbers();
}

void Progress::done(std::size_t account, std::string_view text)
{
    const std::scoped_lock lock{state_->mutex};
    Account& it = state_->accounts.at(account);
    it.shows = Account::Shows::final_line;
    it.text = base::printable(text, longest_text);
    state_->draw();
}

void Progress::print(std::string_view line)
{
    const std::scoped_lock lock{state_->mutex};
    state_->draw(line);
}

}
