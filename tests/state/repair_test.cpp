#include "state/repair.hpp"

#include <csignal>
#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

#include "sample.hpp"
#include "state/store.hpp"
#include "support/catch.hpp"
#include "support/child.hpp"
#include "support/temp_folder.hpp"

namespace popfetch::state {
namespace {

constexpr std::size_t page = 4096;

struct Damaged {
    test::TempFolder folder;
    base::Path path = folder / "work.ledger";
    std::vector<std::string> before;

    explicit Damaged(std::size_t messages)
    {
        auto ledger = open_ledger(path);
        fetch(ledger, ids("uid-", messages));
        ledger.remember("login.not_before", "2026-11-21T08:15:00Z");
        before = contents(ledger);
    }

    std::string image() const { return test::text_of(path); }
    void put(std::string_view bytes) const { test::put_text(path, bytes); }
    void wipe(std::size_t at, std::size_t octets) const
    {
        auto bytes = image();
        bytes.replace(at, octets, octets, '\0');
        put(bytes);
    }
};

/// How many there are after, when all were there before.
std::size_t contained(const std::vector<std::string>& before, const std::vector<std::string>& after)
{
    CHECK(std::ranges::includes(before, after));
    return after.size();
}

}

TEST_CASE("S02 repair of a sound ledger keeps everything in its order")
{
    const Damaged ledger{500};
    const auto newest = open_ledger(ledger.path).history(3);
    CHECK(Ledger::repair(ledger.path) == 500);
    const auto repaired = open_ledger(ledger.path);
    CHECK(contents(repaired) == ledger.before);
    CHECK(repaired.history(3)[2].id == newest[2].id);
    CHECK(repaired.fact("login.not_before") == "2026-11-21T08:15:00Z");
    CHECK_FALSE(repaired.is_new());
}

TEST_CASE("S02 repair keeps what stands before and behind a damaged page and keeps the damaged file")
{
    const Damaged ledger{500};
    const auto pages = ledger.image().size() / page;
    REQUIRE(pages > 15);
    std::size_t nearly_all = 0;
    for (std::size_t number = 0; number < pages; ++number) {
        INFO(number);
        const Damaged one{500};
        one.wipe(number * page, page);
        const auto damaged = one.image();
        const auto saved = Ledger::repair(one.path);
        nearly_all += saved + 60 >= 500;
        CHECK(contained(one.before, contents(open_ledger(one.path))) == saved);
        CHECK(test::text_of(beside(one.path, ".damaged-1")) == damaged);
    }
    CHECK(nearly_all + 6 >= pages); // the others are the roots of the trees
}

TEST_CASE("S02 repair leaves out rows that do not have their checksum")
{
    const Damaged ledger{500};
    auto bytes = ledger.image();
    const auto at = bytes.find("uid-77/");
    const auto place = bytes.find("Maildir/new/uid-77");
    REQUIRE((at != std::string::npos || place != std::string::npos));
    bytes[place] = 'm';
    ledger.put(bytes);
    CHECK(Ledger::repair(ledger.path) == 499);
    CHECK_FALSE(open_ledger(ledger.path).entry("uid-77"));
    CHECK(open_ledger(ledger.path).fact("login.not_before") == "2026-11-21T08:15:00Z");
}

TEST_CASE("S02 repair of what SQLite cannot open keeps the file and begins anew")
{
    const Damaged ledger{500};
    const auto bytes = "shifted" + ledger.image();
    ledger.put(bytes);
    CHECK(Ledger::repair(ledger.path) == 0);
    CHECK(open_ledger(ledger.path).is_new());
    CHECK(test::text_of(beside(ledger.path, ".damaged-1")) == bytes);
}

TEST_CASE("S02 repair reads the log that a killed run left behind")
{
    const Damaged ledger{60};
    test::exit_status_of([&]() -> int {
        auto open = open_ledger(ledger.path);
        fetch(open, {"late"});
        ::kill(::getpid(), SIGKILL);
        return 0;
    });
    ledger.wipe(5 * page, page); // a leaf of the table
    CHECK_THROWS_AS(open_ledger(ledger.path).snapshot(), Corrupt);
    Ledger::repair(ledger.path);
    const auto repaired = open_ledger(ledger.path);
    CHECK(repaired.entry("late"));
    CHECK(repaired.entry("late")->standing == Standing::settled);
    CHECK(has_content(beside(ledger.path, ".damaged-1-wal")));
}

TEST_CASE("Repair of something that holds no record gives an empty ledger that says it is new")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    test::put_text(path, std::string(10'000, 'x'));
    CHECK(Ledger::repair(path) == 0);
    CHECK(open_ledger(path).is_new());
    CHECK(test::text_of(beside(path, ".damaged-1")) == std::string(10'000, 'x'));

    CHECK(Ledger::repair(path) == 0);
    CHECK(Ledger::exists(beside(path, ".damaged-2")));
}

TEST_CASE("Repair of nothing is an error")
{
    const test::TempFolder folder;
    CHECK_THROWS_AS(Ledger::repair(folder / "none.ledger"), base::SystemError);
}

TEST_CASE("S09 a repair that was cut short is finished at the next opening")
{
    const Damaged old{3};
    const Damaged repaired{5};
    test::exit_status_of([&]() -> int {
        auto ledger = open_ledger(old.path);
        fetch(ledger, {"late"});
        ::kill(::getpid(), SIGKILL);
        return 0;
    });
    // As a crash leaves it right after the new file was complete.
    std::filesystem::copy_file(repaired.path, beside(old.path, repaired_suffix));
    CHECK(contents(open_ledger(old.path)) == repaired.before);
    CHECK_FALSE(Ledger::exists(beside(old.path, repaired_suffix)));
    CHECK_NOTHROW(finish_repair(old.path));
}

TEST_CASE("What a crash left of an earlier repair is no obstacle")
{
    const Damaged ledger{5};
    test::put_text(beside(ledger.path, ".rebuild"), "half a file");
    test::put_text(beside(ledger.path, ".rebuild-journal"), "half a journal");
    CHECK(Ledger::repair(ledger.path) == 5);
    CHECK_FALSE(Ledger::exists(beside(ledger.path, ".rebuild")));
    CHECK_FALSE(Ledger::exists(beside(ledger.path, ".rebuild-journal")));
}

}
