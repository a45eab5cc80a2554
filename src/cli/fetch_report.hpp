#pragma once
// What people and scripts see of fetch: one report per account, all behind one front that keeps their output whole
// while accounts run side by side.

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <popfetch/base/error.hpp>
#include <popfetch/base/sandbox.hpp>
#include <popfetch/fetch/report.hpp>

#include "options.hpp"
#include "session.hpp"

namespace popfetch::cli {

/// How one account's run ended.
struct AccountResult {
    std::string account;
    base::ExitStatus status = base::ExitStatus::ok;
    fetch::Totals totals;
    std::uint64_t recovered = 0; // deliveries of an earlier run that this one completed
    std::string target;          // "maildir ~/Mail/work"
    std::chrono::milliseconds took{0};
    std::shared_ptr<const base::Error> error; // what ended it early
    std::vector<config::Invalid> mistakes;    // in its configuration, for which it was not tried
    bool ended_early() const { return error || !mistakes.empty(); }
    bool waiting = false;      // the error heals by itself and was told of lately: for terminals and -v alone
    std::string trouble_since; // how long such an error has lasted that was told of before: "today 08:15"
    std::string trouble_over;  // the same, when all is well now
};

/// A report that also hears of what is around the run itself.
class AccountReport : public fetch::Report {
public:
    virtual void stage(std::string_view /*text*/) {}
    virtual void connected(const SessionReport& /*session*/, const config::Account& /*account*/) {}
    virtual void finished(const AccountResult& /*result*/) {}
};

/// Makes the reports. One implementation each for terminal, plain text and JSON.
class FetchFront {
public:
    FetchFront() = default;
    FetchFront(const FetchFront&) = delete;
    FetchFront& operator=(const FetchFront&) = delete;
    virtual ~FetchFront() = default;
    /// Before anything else: -v has said it for the eye.
    virtual void confined(const base::Confinement& /*confinement*/) {}
    virtual std::unique_ptr<AccountReport> report_for(std::size_t index, const std::string& account) = 0;
    virtual void finish(const std::vector<AccountResult>& results) = 0;
};

std::unique_ptr<FetchFront> json_front();
/// Progress lines and a summary on a terminal, or with --progress; elsewhere nothing but what needs a person (-v: every
/// message).
std::unique_ptr<FetchFront> text_front(const Globals& globals, const std::vector<std::string>& accounts);

/// "410 new (24.1M) to maildir ~/Mail/work in 3.2 s; 12 deleted": the line of an account that is done.
std::string summary_line(const AccountResult& result);
/// What ended it, and since when it does when that was told before.
std::string error_line(const AccountResult& result);
/// Many accounts on a terminal: those that are well in one line; what was `held` back of the others, how much they did,
/// and what ended them, which is said once where many have it in common; the totals last.
std::vector<std::string> folded(const std::vector<AccountResult>& results, const std::vector<std::string>& held,
                                std::chrono::milliseconds took);

}
