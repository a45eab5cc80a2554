#include "fetch_account.hpp"

#include <algorithm>

#include <popfetch/base/units.hpp>

#include "account_run.hpp"
#include "accounts.hpp"
#include "screen.hpp"
#include "trouble.hpp"

namespace popfetch::cli {

namespace {

using std::chrono::milliseconds;

// Counts what was told, so that a run that ends with an error still says what is safe.
class CountingReport final : public AccountReport {
public:
    explicit CountingReport(AccountReport& to) : to_{to} {}
    void stage(std::string_view text) override { to_.stage(text); }
    void connected(const SessionReport& session, const config::Account& account) override
    {
        logged_in = true;
        to_.connected(session, account);
    }
    void planned(std::span<const fetch::Decision> decisions) override
    {
        for (const auto& d : decisions)
            if (d.action == fetch::Action::fetch) ++planned_;
        to_.planned(decisions);
    }
    void received(const pop3::Message& message, std::uint64_t at, std::string_view octets) override
    {
        to_.received(message, at, octets);
    }
    void delivered(const pop3::Message& message, std::string_view target, std::string_view place) override
    {
        ++totals.fetched;
        totals.fetched_octets += message.size;
        to_.delivered(message, target, place);
    }
    void deleted(const pop3::Message& message, std::string_view why) override
    {
        ++totals.deleted;
        to_.deleted(message, why);
    }
    void failed(const pop3::Message& message, const base::Error& error) override
    {
        ++totals.failed;
        to_.failed(message, error);
    }
    void recovered(std::string_view id, std::string_view place) override
    {
        ++recoveries;
        to_.recovered(id, place);
    }
    void noted(std::string_view text) override { to_.noted(text); }
    void warned(std::string_view text) override { to_.warned(text); }

    /// "; 212 messages are safe, 198 remain on the server": what a person wants to know after an error in the middle.
    std::string what_is_safe() const
    {
        if (planned_ == 0) return {};
        const auto remaining = planned_ - std::min(planned_, totals.fetched);
        std::string text;
        if (totals.fetched > 0)
            text += "; " + base::format_count(totals.fetched) +
                    (totals.fetched == 1 ? " message is" : " messages are") + " safe";
        if (remaining > 0)
            text += (text.empty() ? "; " : ", ") + base::format_count(remaining) +
                    (remaining == 1 ? " remains" : " remain") + " on the server";
        return text;
    }

    fetch::Totals totals;
    std::uint64_t recoveries = 0;
    bool logged_in = false;

private:
    AccountReport& to_;
    std::uint64_t planned_ = 0;
};

AccountResult ended_by(AccountResult result, const base::Error& error, const CountingReport& report)
{
    result.totals = report.totals;
    result.status = error.status();
    result.error = std::make_shared<base::Error>(error.status(), error.kind(), error.what() + report.what_is_safe());
    return result;
}

}

AccountResult fetch_account(const config::Account& account, const FetchOptions& options, const Globals& globals,
                            AccountReport& report)
{
    const auto start = std::chrono::steady_clock::now();
    AccountResult result;
    result.account = account.name;
    CountingReport counting{report};
    try {
        AccountRun run{account, options, globals, counting, Effect::lasting};
        result.target = run.target();
        result.totals = run.carry_out();
        // The rest is safe, but not all of it is here: cron should hear of it through the status.
        result.status = result.totals.failed > 0 ? base::ExitStatus::temporary : base::ExitStatus::ok;
    } catch (const base::Error& error) {
        result = ended_by(std::move(result), error, counting);
    } catch (const std::exception& error) {
        result =
            ended_by(std::move(result), base::Error{base::ExitStatus::temporary, "internal", error.what()}, counting);
    }
    result.recovered = counting.recoveries;
    const auto healing = result.error ? healing_of(*result.error, counting.logged_in) : Healing::never;
    // Who reads events decides for himself; an interrupted run says nothing of the server.
    if (!globals.machine() && result.status != base::ExitStatus::interrupted &&
        result.status != base::ExitStatus::terminated)
        weigh_trouble(result, healing, ledger_of(account, globals), shows_everything(globals), base::wall_clock());
    result.took = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start);
    report.finished(result);
    return result;
}

}
