#include "cli/trouble.hpp"

#include <memory>

#include <popfetch/state/ledger.hpp>
#include <popfetch/state/note.hpp>

#include "support/catch.hpp"
#include "support/temp_folder.hpp"

namespace popfetch::cli {
namespace {

using namespace std::chrono_literals;

const base::WallTime noon{std::chrono::sys_days{std::chrono::November / 21 / 2026} + 12h};
constexpr bool before_login = false, after_login = true;

base::Error error(const char* kind, base::ExitStatus status = base::ExitStatus::temporary)
{
    return base::Error{status, kind, "text"};
}

/// An account that cron fetches, and what is said of it.
struct Account {
    test::TempFolder folder;
    base::Path ledger = folder / "a.ledger";
    bool seen = false;

    Account() { state::Ledger::open(ledger, state::Access::write); }

    AccountResult run(base::WallTime now, const char* kind = nullptr)
    {
        AccountResult result;
        if (kind) result.error = std::make_shared<base::Error>(error(kind));
        weigh_trouble(result, kind ? healing_of(*result.error, before_login) : Healing::never, ledger, seen, now);
        return result;
    }
    std::vector<std::chrono::minutes> told(const char* kind, std::chrono::minutes until)
    {
        std::vector<std::chrono::minutes> times;
        for (auto time = 0min; time <= until; time += 5min)
            if (!run(noon + time, kind).waiting) times.push_back(time);
        return times;
    }
};

}

TEST_CASE("W08 a server that is away is told of once and after an hour and then daily")
{
    Account account;
    const std::vector<std::chrono::minutes> expected{0min, 1h, 25h, 49h};
    CHECK(account.told("net.refused", 72h) == expected);
    const auto over = account.run(noon + 73h);
    CHECK_FALSE(over.waiting);
    CHECK(over.trouble_over == base::to_local(noon, noon + 73h));
    CHECK(account.run(noon + 74h).trouble_over.empty());
    CHECK(account.told("net.refused", 5min) == std::vector<std::chrono::minutes>{0min});
}

TEST_CASE("W08 what a server asks patience for is told of when it has lasted for an hour")
{
    Account account;
    CHECK(account.told("server.in_use", 24h) == std::vector<std::chrono::minutes>{1h});
    CHECK_FALSE(account.run(noon + 25h).trouble_over.empty());
    CHECK(account.told("login.not_yet", 55min).empty());
    CHECK(account.run(noon + 60min).trouble_over.empty()); // nobody was told, so nobody waits for its end
}

TEST_CASE("W08 trouble that changes its kind stays the same trouble and says since when it lasts")
{
    Account account;
    CHECK(account.run(noon, "net.refused").trouble_since.empty());
    CHECK(account.run(noon + 5min, "server.busy").waiting);
    CHECK(account.run(noon + 10min, "lock.busy").waiting);
    const auto again = account.run(noon + 65min, "net.timeout");
    CHECK_FALSE(again.waiting);
    CHECK(again.trouble_since == base::to_local(noon, noon + 65min));
}

TEST_CASE("W08 trouble that needs somebody is told each time and ends what healed by itself")
{
    Account account;
    account.run(noon, "net.refused");
    for (const auto* kind : {"auth.refused", "tls.certificate_expired", "net.proxy", "file.no_space"})
        CHECK_FALSE(account.run(noon + 5min, kind).waiting);
    CHECK(account.run(noon + 10min).trouble_over.empty());
}

TEST_CASE("W08 what is seen is never held back")
{
    Account account;
    account.seen = true;
    for (auto time = 0min; time < 30min; time += 5min) CHECK_FALSE(account.run(noon + time, "net.refused").waiting);
    account.seen = false;
    CHECK(account.run(noon + 30min, "net.refused").waiting);
}

TEST_CASE("W08 a line that breaks after the login may break every time and is told of every time")
{
    CHECK(healing_of(error("net.eof"), before_login) == Healing::by_itself);
    CHECK(healing_of(error("net.eof"), after_login) == Healing::never);
    CHECK(healing_of(error("server.in_use"), after_login) == Healing::by_patience);
    CHECK(healing_of(error("lock.busy"), after_login) == Healing::by_itself);
    CHECK(healing_of(error("server.refused", base::ExitStatus::unavailable), before_login) == Healing::never);
    CHECK(healing_of(error("net.unknown_host", base::ExitStatus::no_host), before_login) == Healing::never);
}

TEST_CASE("W08 what is remembered and makes no sense is forgotten")
{
    for (const std::string text : {"", "x", "2026-11-21T12:00:00Z", "2026-11-21T12:00:00Z x", "2026-11-21T12:00:01Z -",
                                   "2026-11-21T11:00:00Z 2026-11-21T13:00:00Z"})
        CHECK_FALSE(trouble_from_text(text, noon));
    CHECK(trouble_from_text(Trouble{noon, noon}.to_text(), noon)->told == noon);
    CHECK_FALSE(trouble_from_text(Trouble{noon, std::nullopt}.to_text(), noon)->told);
}

}
