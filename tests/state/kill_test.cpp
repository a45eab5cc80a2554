// kill -9 in the middle of transactions: what was reported durable is there, and every transaction is there whole or
// not at all.

#include <chrono>
#include <csignal>
#include <random>
#include <set>

#include <sys/wait.h>
#include <unistd.h>

#include "sample.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

namespace popfetch::state {
namespace {

constexpr std::size_t batch = 5;

std::vector<std::string> batch_ids(std::size_t number) { return ids("batch-" + std::to_string(number) + "-", batch); }

/// Fetches batches for ever and tells each finished transaction by one octet.
[[noreturn]] void work(const base::Path& path, std::size_t first, int report)
{
    try {
        auto ledger = open_ledger(path);
        std::vector<Settlement> settlements;
        for (std::size_t number = first;; ++number) {
            auto promises = promises_of(batch_ids(number));
            ledger.advance(settlements, monday, promises);
            settlements = settlements_of(batch_ids(number));
            if (::write(report, "+", 1) != 1) break;
        }
    } catch (...) { // the parent sees it in the status
    }
    ::_exit(1);
}

/// Runs `work` and kills it some time after its n-th transaction; returns how many it reported.
std::size_t run_and_kill(const base::Path& path, std::size_t first, std::size_t least, std::chrono::microseconds later)
{
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::close(ends[0]);
        work(path, first, ends[1]);
    }
    ::close(ends[1]);
    std::size_t reported = 0;
    char octet = 0;
    while (reported < least && ::read(ends[0], &octet, 1) == 1) ++reported;
    const auto moment = std::chrono::steady_clock::now() + later; // anywhere in the next transaction
    while (std::chrono::steady_clock::now() < moment) continue;
    ::kill(child, SIGKILL);
    while (::read(ends[0], &octet, 1) == 1) ++reported;
    ::close(ends[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    return reported;
}

}

TEST_CASE("F06 a killed run leaves a prefix of whole transactions")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    std::mt19937 random{4711};
    std::size_t done = 0; // batches known to be promised
    for (int round = 0; round < 25; ++round) {
        INFO("round " << round);
        done += run_and_kill(path, done, random() % 20, std::chrono::microseconds{random() % 2000});

        auto ledger = open_ledger(path);
        const auto known = ledger.snapshot();
        REQUIRE(known.size() % batch == 0);
        const auto batches = known.size() / batch;
        CHECK(batches >= done);
        CHECK(batches <= done + 1); // the one that was not reported in time
        for (std::size_t number = 0; number < batches; ++number) {
            std::set<Standing> standings;
            for (const auto& id : batch_ids(number)) {
                REQUIRE(known.find(id));
                standings.insert(known.find(id)->standing);
            }
            CHECK(standings.size() == 1);
            const bool last = number + 1 == batches;
            CHECK(*standings.begin() == (last && !ledger.promised().empty() ? Standing::promised : Standing::settled));
        }
        // Recovery, so that the next round starts clean.
        std::vector<Settlement> owed;
        for (const auto& promise : ledger.promised()) owed.push_back({promise.id, promise.place});
        CHECK((owed.empty() || owed.size() == batch));
        ledger.settle(owed, monday);
        done = batches;
    }
    CHECK(done > 25);
}

}
