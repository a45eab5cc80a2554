#pragma once
// One account's way from its lock to a session and back: ledger, target, recovery, login, and what an error means for
// the next run. A run and its rehearsal (--dry-run) go the same way, so that both decide alike and are refused alike.

#include <memory>
#include <string>
#include <utility>

#include <popfetch/delivery/target.hpp>
#include <popfetch/fetch/run.hpp>
#include <popfetch/pop3/error.hpp>
#include <popfetch/state/ledger.hpp>

#include "fetch_account.hpp"

namespace popfetch::cli {

enum class Effect {
    lasting, // the ledger is locked and written, mail is delivered and deleted
    none,    // a copy of the ledger, beside a run that may be going on, and a target that rehearses
};

class AccountRun {
public:
    /// Throws what opening the ledger and the target throws. The arguments must live as long.
    AccountRun(const config::Account& account, const FetchOptions& options, const Globals& globals,
               AccountReport& report, Effect effect);
    AccountRun(const AccountRun&) = delete;
    AccountRun& operator=(const AccountRun&) = delete;
    ~AccountRun() = default;

    /// "maildir ~/Mail/work"
    std::string target() const { return target_->description(); }

    /// Fetches. Throws what ends it; what was committed by then is safe.
    fetch::Totals carry_out();

    /// What carry_out() would do; throws where it would be refused.
    struct Foreseen {
        fetch::Plan plan;
        std::vector<fetch::Decision> deletions; // their UIDs point into the plan
    };
    Foreseen foresee();

private:
    template<class Act>
    auto in_session(Act act);
    template<class Act>
    auto in_one_session(Act act);
    void go_on_without_pipelining(const pop3::PipeliningBroken& error);
    void clear_of_suspicion(std::string_view verb);
    void take_as_known(pop3::Maildrop& maildrop, base::WallTime now);
    std::string identity() const { return account_.state_id.empty() ? account_.name : account_.state_id; }
    delivery::Context context() const;

    const config::Account& account_;
    const FetchOptions& options_;
    const Globals& globals_;
    AccountReport& report_;
    base::Path path_;
    state::Ledger ledger_;
    std::unique_ptr<delivery::Target> target_;
    fetch::Run run_;
};

}
