#include "account_run.hpp"

#include <unistd.h>

#include <popfetch/base/interrupt.hpp>
#include <popfetch/base/units.hpp>
#include <popfetch/config/configuration.hpp>
#include <popfetch/fetch/facts.hpp>
#include <popfetch/pop3/error.hpp>

#include "accounts.hpp"
#include "adopt.hpp"
#include "choice.hpp"
#include "doubling.hpp"
#include "login_pause.hpp"
#include "screen.hpp"

namespace popfetch::cli {

namespace {

std::chrono::milliseconds lock_wait(const FetchOptions& options)
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

// Closing the line on a password is a refusal when it happens twice; once may be an accident (FAULTS A04).
base::Error judged(state::Ledger& ledger, const base::Error& error)
{
    if (error.kind() != "auth.closed" || !fetch::closed_login_again(ledger)) return error;
    return base::Error{base::ExitStatus::no_permission, error.kind(), error.what(),
                       "it did so the last time too: check user and password"};
}

// A person at a terminal has a reason to try now.
bool may_log_in_early(const FetchOptions& options) { return options.force || is_terminal(STDIN_FILENO); }

// The first word of a refusal says until when there will be no other.
base::Error with_pause(const base::Error& error, std::optional<base::WallTime> until)
{
    if (!until || error.status() != base::ExitStatus::no_permission) return error;
    return base::Error{error.status(), error.kind(),
                       std::string{error.what()} + "; no login before " + base::to_local(*until, base::wall_clock()) +
                           " unless that changes (--force tries at once)"};
}

state::Ledger open_ledger(const base::Path& path, const FetchOptions& options, Effect effect)
{
    if (effect == Effect::none) return state::Ledger::open(path, state::Access::copy);
    return state::Ledger::open(path, state::Access::write, lock_wait(options));
}

std::unique_ptr<delivery::Target> open_target(const config::Account& account, const delivery::Context& context,
                                              Effect effect)
{
    auto target = delivery::open(specs_of(account), context);
    return effect == Effect::none ? delivery::rehearsal_of(std::move(target)) : std::move(target);
}

std::string others_of(std::size_t count)
{
    if (count == 0) return {};
    return "; " + base::format_count(count) + (count == 1 ? " other is new" : " others are new");
}

}

AccountRun::AccountRun(const config::Account& account, const FetchOptions& options, const Globals& globals,
                       AccountReport& report, Effect effect)
    : account_{account}, options_{options}, globals_{globals}, report_{report}, path_{ledger_of(account, globals)},
      ledger_{open_ledger(path_, options, effect)}, target_{open_target(account, context(), effect)},
      run_{*target_,   ledger_,          account_.policy,           report_,
           identity(), base::wall_clock, choice_by(options_.where), {account.user, account.dial.host}}
{
}

// What --adopt, --adopt-from and --mark-fetched ask for; and what would have to ask for it.
void AccountRun::take_as_known(pop3::Maildrop& maildrop, base::WallTime now)
{
    const auto& policy = account_.policy;
    if (ledger_.is_new() && !fetch::has_run(ledger_) && !policy.adopt && !policy.force && !policy.again &&
        !policy.accept_new_uids)
        refuse_doubling(
            maildrop, [this](const delivery::See& see) { target_->survey(see); }, target_->description());
    if (options_.adopt || !options_.adopt_from.empty()) {
        const auto survey = [this](const delivery::See& see) {
            target_->survey(see);
            for (const auto& place : options_.adopt_from) delivery::survey_place(place, see);
        };
        const auto [recognised, unknown] = adopt(maildrop, survey, target_->kind(), ledger_, now);
        report_.warned("recognised " + base::format_count(recognised) + " messages as fetched before" +
                       others_of(unknown - recognised));
    }
    if (options_.mark_fetched)
        report_.warned("marked " + base::format_count(mark_fetched(maildrop, ledger_, now)) +
                       " messages as fetched without a download; they stay on the server");
}

template<class Act>
auto AccountRun::in_one_session(Act act)
{
    SessionReport seen;
    SessionOptions options{trace_to(globals_, globals_.machine() ? "" : account_.name), &ledger_,
                           [this](std::string_view stage) { report_.stage(stage); }};
    try {
        auto maildrop = open_maildrop(account_, options, seen);
        fetch::forget_login_pause(ledger_);
        fetch::forget_closed_login(ledger_);
        report_.connected(seen, account_);
        if (seen.binding_refused)
            report_.noted("the server offers channel binding and refuses it; logged in with " + seen.mechanism);
        const auto login = base::wall_clock();
        take_as_known(maildrop, login);
        auto result = act(std::move(maildrop));
        if (const auto asked = remember_login_delay(ledger_, login))
            report_.warned("the server asks for " + base::format_duration(*asked) +
                           " between logins; that is kept to for an hour");
        return result;
    } catch (const base::Interrupted&) {
        throw;
    } catch (const base::Error& error) {
        const auto verdict = judged(ledger_, error);
        const auto until = remember_pause_after(ledger_, verdict, account_);
        fetch::forget_capabilities(ledger_);
        if (verdict.status() != base::ExitStatus::no_permission) throw;
        throw with_pause(verdict, until);
    }
}

template<class Act>
auto AccountRun::in_session(Act act)
{
    if (!may_log_in_early(options_)) keep_login_pause(ledger_, account_);
    std::string suspect;
    for (;;) {
        recover(run_);
        try {
            return in_one_session(act);
        } catch (const pop3::PipeliningBroken& error) {
            go_on_without_pipelining(error);
            suspect = error.verb();
        } catch (const fetch::MessageBroke& error) {
            if (error.verb() == suspect) clear_of_suspicion(suspect);
            throw;
        }
    }
}

// Announced and not kept: once more without, and so from now on (FAULTS N08).
void AccountRun::go_on_without_pipelining(const pop3::PipeliningBroken& error)
{
    auto known = fetch::pipelining(ledger_);
    if (!known.allows(error.verb())) throw error; // then it was not that
    known.forbid(error.verb());
    fetch::remember_pipelining(ledger_, known);
    report_.warned(std::string{error.what()} + "; going on without pipelining");
}

// Alone it broke as well: that one message did it, and not what went together.
void AccountRun::clear_of_suspicion(std::string_view verb)
{
    auto known = fetch::pipelining(ledger_);
    known.allow(verb);
    fetch::remember_pipelining(ledger_, known);
}

fetch::Totals AccountRun::carry_out()
{
    return in_session([this](pop3::Maildrop maildrop) { return run(std::move(maildrop), run_); });
}

AccountRun::Foreseen AccountRun::foresee()
{
    return in_session([this](pop3::Maildrop maildrop) {
        auto plan = fetch::plan(maildrop, run_);
        auto deletions = fetch::deletions_after(plan, run_);
        std::move(maildrop).say_goodbye(); // nothing was retrieved, so nothing can be deleted by it
        return Foreseen{std::move(plan), std::move(deletions)};
    });
}

delivery::Context AccountRun::context() const
{
    return {identity(), spool_of(path_), base::wall_clock, [this](std::string_view text) { report_.warned(text); }};
}

}
