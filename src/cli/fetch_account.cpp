#include "fetch_account.hpp"

#include <algorithm>

#include <poll.h>
#include <unistd.h>

#include <popfetch/base/interrupt.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/base/units.hpp>
#include <popfetch/config/configuration.hpp>
#include <popfetch/delivery/target.hpp>
#include <popfetch/fetch/facts.hpp>
#include <popfetch/fetch/run.hpp>
#include <popfetch/pop3/error.hpp>

#include "accounts.hpp"
#include "adopt.hpp"
#include "choice.hpp"
#include "screen.hpp"

namespace popfetch::cli {

namespace {

using std::chrono::milliseconds;

// A server that counts failed logins must not be asked every five minutes by cron (FAULTS A01).
constexpr std::chrono::minutes wait_after_refused_login{30};
constexpr std::chrono::minutes wait_where_server_says_later{5};
constexpr std::chrono::minutes wait_where_server_is_busy{1};

// Cron comes every five minutes, and a server with LOGIN-DELAY 300 would then refuse every second run by an instant.
constexpr std::chrono::seconds worth_waiting{30};

void wait_for(std::chrono::seconds time)
{
    pollfd wake{base::wake_descriptor(), POLLIN, 0};
    ::poll(&wake, 1, static_cast<int>(milliseconds{time}.count()));
    base::throw_if_interrupted();
}

milliseconds lock_wait(const FetchOptions& options)
{
    if (options.wait.empty()) return {};
    return *base::parse_duration(options.wait);
}

std::vector<delivery::Spec> specs_of(const config::Account& account)
{
    if (!account.deliver.empty()) return account.deliver;
    throw config::Invalid{"config.missing", "nothing says where its mail goes",
                          "set deliver = \"maildir:PATH\", or use --to maildir:PATH"};
}

void refuse_early_login(const state::Ledger& ledger, const FetchOptions& options)
{
    const auto until = fetch::not_before(ledger);
    const auto now = base::wall_clock();
    // A person at a terminal has a reason to try now.
    if (!until || *until <= now || options.force || is_terminal(STDIN_FILENO)) return;
    if (*until - now <= worth_waiting) return wait_for(*until - now);
    throw base::Error{base::ExitStatus::temporary, "login.not_yet",
                      "no login before " + base::to_local(*until, now) +
                          ": the last one was refused or the server asks for a pause",
                      "--force tries now"};
}

// Closing the line on a password is a refusal when it happens twice; once may be an accident (FAULTS A04).
base::Error judged(state::Ledger& ledger, const base::Error& error)
{
    if (error.kind() != "auth.closed" || !fetch::closed_login_again(ledger)) return error;
    return base::Error{base::ExitStatus::no_permission, error.kind(), error.what(),
                       "it did so the last time too: check user and password"};
}

// What a refusal means for the next run: cron must not try a bad password every five minutes.
void remember_pause(state::Ledger& ledger, const base::Error& error)
{
    const auto now = base::wall_clock();
    if (error.kind() == "server.login_delay")
        fetch::remember_not_before(ledger, now + wait_where_server_says_later);
    else if (error.kind() == "server.in_use" || error.kind() == "server.busy")
        fetch::remember_not_before(ledger, now + wait_where_server_is_busy);
    else if (error.status() == base::ExitStatus::no_permission)
        fetch::remember_not_before(ledger, now + wait_after_refused_login);
}

// A server that wants a pause between logins says so in CAPA; the next run keeps to it (RFC 2449 §6.5).
void remember_login_delay(state::Ledger& ledger, base::WallTime login)
{
    const auto capabilities = fetch::remembered_capabilities(ledger, base::wall_clock());
    if (capabilities && capabilities->login_delay)
        fetch::remember_not_before(ledger, login + std::chrono::seconds{*capabilities->login_delay});
}

class AccountRun {
public:
    AccountRun(const config::Account& account, const FetchOptions& options, const Globals& globals,
               AccountReport& report)
        : account_{account}, options_{options}, globals_{globals}, report_{report}, path_{ledger_of(account, globals)},
          ledger_{state::Ledger::open(path_, state::Access::write, lock_wait(options))}, target_{delivery::open(
                                                                                             specs_of(account),
                                                                                             context())},
          run_{*target_, ledger_, account_.policy, report_, identity(), base::wall_clock, choice_by(options_.where)}
    {
    }

    std::string target() const { return target_->description(); }

    fetch::Totals carry_out()
    {
        refuse_early_login(ledger_, options_);
        recover(run_);
        try {
            return session();
        } catch (const pop3::PipeliningBroken& error) {
            // Announced and not kept: once more without, and so from now on (FAULTS N08).
            fetch::remember_pipelining_broken(ledger_);
            report_.warned(std::string{error.what()} + "; going on without pipelining");
            recover(run_);
            return session();
        }
    }

private:
    fetch::Totals session()
    {
        SessionReport seen;
        SessionOptions options{trace_to(globals_, globals_.machine() ? "" : account_.name), &ledger_,
                               [this](std::string_view stage) { report_.stage(stage); }};
        try {
            auto maildrop = open_maildrop(account_, options, seen);
            fetch::forget_not_before(ledger_);
            fetch::forget_closed_login(ledger_);
            report_.connected(seen, account_);
            const auto login = base::wall_clock();
            if (options_.adopt)
                report_.warned("recognised " + base::format_count(adopt(maildrop, *target_, ledger_, login)) +
                               " messages as fetched before");
            const auto totals = run(std::move(maildrop), run_);
            remember_login_delay(ledger_, login);
            return totals;
        } catch (const base::Interrupted&) {
            throw;
        } catch (const base::Error& error) {
            const auto verdict = judged(ledger_, error);
            remember_pause(ledger_, verdict);
            fetch::forget_capabilities(ledger_);
            if (verdict.status() == error.status()) throw;
            throw verdict;
        }
    }

    std::string identity() const { return account_.state_id.empty() ? account_.name : account_.state_id; }

    delivery::Context context() const
    {
        return {identity(), spool_of(path_), base::wall_clock, [this](std::string_view text) { report_.warned(text); }};
    }

    const config::Account& account_;
    const FetchOptions& options_;
    const Globals& globals_;
    AccountReport& report_;
    base::Path path_;
    state::Ledger ledger_;
    std::unique_ptr<delivery::Target> target_;
    fetch::Run run_;
};

// Counts what was told, so that a run that ends with an error still says what is safe.
class CountingReport final : public AccountReport {
public:
    explicit CountingReport(AccountReport& to) : to_{to} {}
    void stage(std::string_view text) override { to_.stage(text); }
    void connected(const SessionReport& session, const config::Account& account) override
    {
        to_.connected(session, account);
    }
    void planned(std::span<const fetch::Decision> decisions) override
    {
        for (const auto& d : decisions)
            if (d.action == fetch::Action::fetch) ++planned_;
        to_.planned(decisions);
    }
    void received(std::uint64_t octets) override { to_.received(octets); }
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
    void recovered(std::string_view id, std::string_view place) override { to_.recovered(id, place); }
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

private:
    AccountReport& to_;
    std::uint64_t planned_ = 0;
};

// The server asks for patience, or we have it: nobody need act, and the next run tries again.
bool asks_for_patience(std::string_view kind)
{
    return kind == "login.not_yet" || kind == "server.login_delay" || kind == "server.in_use" ||
           kind == "server.temporary";
}

AccountResult ended_by(AccountResult result, const base::Error& error, const CountingReport& report)
{
    result.totals = report.totals;
    result.status = error.status();
    result.waiting = asks_for_patience(error.kind());
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
        AccountRun run{account, options, globals, counting};
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
    result.took = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start);
    report.finished(result);
    return result;
}

}
