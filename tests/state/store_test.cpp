// Opening: who may, what is checked, what is left behind.

#include "state/store.hpp"

#include <csignal>
#include <thread>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <popfetch/base/interrupt.hpp>

#include "sample.hpp"
#include "support/catch.hpp"
#include "support/child.hpp"
#include "support/temp_folder.hpp"

namespace popfetch::state {
namespace {

mode_t mode_of(const base::Path& path)
{
    struct stat about = {};
    REQUIRE(::stat(path.c_str(), &about) == 0);
    return about.st_mode & 07777;
}

/// Root may write anywhere; permissions mean something only to others.
void become_nobody()
{
    constexpr uid_t nobody = 65534;
    if (::getuid() == 0 && ::setuid(nobody) != 0) throw std::runtime_error{"cannot become nobody"};
}

/// The exit status that the program would end with.
template<class Body>
int status_of(Body body)
{
    try {
        body();
        return 0;
    } catch (const base::Error& error) {
        return static_cast<int>(error.status());
    }
}

}

TEST_CASE("C01 the ledger is the user's own whatever the umask")
{
    const test::TempFolder folder;
    const auto path = folder / "new" / "state" / "work.ledger";
    const auto status = test::exit_status_of([&] {
        ::umask(0);
        auto ledger = open_ledger(path);
        fetch(ledger, {"a"});
        const auto is_private = [](const base::Path& file) { return mode_of(file) == 0600; };
        return is_private(path) && is_private(beside(path, log_suffix)) && is_private(beside(path, lock_suffix)) ? 0
                                                                                                                 : 1;
    });
    CHECK(status == 0);
    CHECK(mode_of(folder / "new") == 0700);
    CHECK(mode_of(folder / "new" / "state") == 0700);
    CHECK(test::exit_status_of([&] {
              ::umask(0777);
              open_ledger(folder / "second.ledger");
              return 0;
          }) == 0);
    CHECK(mode_of(folder / "second.ledger") == 0600);
}

TEST_CASE("A copy holds what the ledger holds and what is changed in it changes nothing else")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    auto ledger = open_ledger(path);
    fetch(ledger, {"a", "b"});
    ledger.remember("run.seen_listing", "yes");
    const auto before = contents(ledger);
    {
        auto copy = Ledger::open(path, Access::copy); // beside a run, which has the lock
        CHECK(copy.path() == path);
        CHECK(contents(copy) == before);
        CHECK(copy.fact("run.seen_listing") == "yes");
        fetch(copy, {"c"});
        copy.want_deletion(std::vector<std::string>{"a"});
        copy.forget("run.seen_listing");
        CHECK(copy.snapshot().size() == 3);
        CHECK_FALSE(copy.fact("run.seen_listing"));
    }
    CHECK(contents(ledger) == before);
    CHECK(contents(read_ledger(path)) == before);
    CHECK(ledger.fact("run.seen_listing") == "yes");
}

TEST_CASE("A copy of a ledger that is not there is empty and makes none")
{
    const test::TempFolder folder;
    auto copy = Ledger::open(folder / "state" / "work.ledger", Access::copy);
    CHECK(copy.is_new());
    fetch(copy, {"a"});
    CHECK(copy.snapshot().size() == 1);
    CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("S04 a ledger that a run could not write to is not copied either")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    open_ledger(path);
    std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
    ::chmod(path.c_str(), 0444);
    ::chmod(beside(path, lock_suffix).c_str(), 0666);
    const auto status = [&](Access access) {
        return test::exit_status_of([&, access] {
            become_nobody();
            return status_of([&] { Ledger::open(path, access); });
        });
    };
    CHECK(status(Access::copy) == status(Access::write));
    CHECK(status(Access::copy) != 0);
}

TEST_CASE("S04 a ledger that a run could not create is not imagined either")
{
    const test::TempFolder folder;
    std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
    const auto status = [&](Access access) {
        return test::exit_status_of([&, access] {
            become_nobody();
            return status_of([&] { Ledger::open(folder / "state" / "work.ledger", access); });
        });
    };
    if (::getuid() != 0) std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_read);
    const auto copy = status(Access::copy), write = status(Access::write);
    std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
    CHECK(copy == write);
    CHECK(copy != 0);
}

TEST_CASE("A ledger that was closed is one file and its lock")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    {
        auto ledger = open_ledger(path);
        fetch(ledger, {"a"});
    }
    std::size_t files = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator{folder.path()}) ++files;
    CHECK(files == 2);
}

TEST_CASE("F15 the second run on an account is told that it is busy")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    const auto first = open_ledger(path);
    try {
        open_ledger(path);
        FAIL("two runs at once");
    } catch (const Busy& busy) {
        CHECK(busy.status() == base::ExitStatus::temporary);
        CHECK(busy.kind() == "lock.busy");
        CHECK(std::string_view{busy.what()}.find("work.ledger: another run") != std::string_view::npos);
    }
    CHECK_THROWS_AS(Ledger::open(path, Access::write, std::chrono::milliseconds{20}), Busy);
    CHECK_THROWS_AS(Ledger::repair(path), Busy);
}

TEST_CASE("A run that may wait gets the ledger when the other ends")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    auto first = std::make_unique<Ledger>(open_ledger(path));
    std::thread other{[&] {
        auto second = Ledger::open(path, Access::write, std::chrono::minutes{2});
        fetch(second, {"second"});
    }};
    fetch(*first, {"first"});
    first.reset();
    other.join();
    CHECK(contents(open_ledger(path)).size() == 2);
}

TEST_CASE("The lock of a killed run is gone with it")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    const int status = test::exit_status_of([&]() -> int {
        const auto ledger = open_ledger(path);
        ::kill(::getpid(), SIGKILL);
        return 0;
    });
    CHECK(status == 128 + SIGKILL);
    CHECK_NOTHROW(open_ledger(path));
}

TEST_CASE("N12 a signal ends the waiting for the lock")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    const auto first = open_ledger(path);
    const int status = test::exit_status_of([&] {
        base::catch_signals();
        ::raise(SIGTERM);
        return status_of([&] { Ledger::open(path, Access::write, std::chrono::hours{1}); });
    });
    CHECK(status == 143);
}

TEST_CASE("A reader sees what is committed beside a run that goes on")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    auto writer = open_ledger(path);
    fetch(writer, {"a"});
    const auto reader = read_ledger(path);
    CHECK(reader.snapshot().size() == 1);
    fetch(writer, {"b"});
    CHECK(reader.snapshot().size() == 2);
    CHECK(reader.entry("b"));
    CHECK(read_ledger(path).history(10).size() == 2);
    fetch(writer, {"c"});
    CHECK(writer.snapshot().size() == 3);
}

TEST_CASE("A reader changes nothing and does not hide an unclean end")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    test::exit_status_of([&]() -> int {
        auto ledger = open_ledger(path);
        fetch(ledger, {"a"});
        ::kill(::getpid(), SIGKILL);
        return 0;
    });
    REQUIRE(has_content(beside(path, log_suffix)));
    {
        auto reader = read_ledger(path);
        CHECK(reader.snapshot().size() == 1);
        CHECK_THROWS_AS(reader.remember("a", "b"), base::Error);
        auto promises = promises_of({"b"});
        CHECK_THROWS_AS(reader.promise(promises), base::Error);
    }
    CHECK(has_content(beside(path, log_suffix)));
    CHECK(contents(open_ledger(path)).size() == 1);
}

TEST_CASE("Reading what does not exist creates nothing")
{
    const test::TempFolder folder;
    CHECK_THROWS_AS(read_ledger(folder / "none.ledger"), base::SystemError);
    CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("S04 a folder that cannot be written stops the run before it connects")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    {
        auto ledger = open_ledger(path);
        fetch(ledger, {"a"});
    }
    for (const auto& entry : std::filesystem::directory_iterator{folder.path()})
        std::filesystem::permissions(entry.path(), std::filesystem::perms{0644});
    std::filesystem::permissions(folder.path(), std::filesystem::perms{0755});
    const int status = test::exit_status_of([&] {
        become_nobody();
        if (::getuid() != 65534) ::chmod(folder.path().c_str(), 0555);
        return status_of([&] { open_ledger(path); });
    });
    CHECK((status == 74 || status == 73));

    const int fresh = test::exit_status_of([&] {
        become_nobody();
        return status_of([&] { open_ledger(folder / "other.ledger"); });
    });
    CHECK((fresh == 74 || fresh == 73));

    const int reading = test::exit_status_of([&] {
        become_nobody();
        return read_ledger(path).snapshot().size() == 1 ? 0 : 1;
    });
    CHECK(reading == 0);
}

TEST_CASE("F17 a limit on file sizes is an error that leaves the ledger sound")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    {
        auto ledger = open_ledger(path);
        fetch(ledger, {"a"});
    }
    const int status = test::exit_status_of([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        auto ledger = open_ledger(path);
        const rlimit limit{100'000, 100'000};
        if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 98;
        return status_of([&] {
            for (int i = 0; i < 1000; ++i) fetch(ledger, {"b" + std::to_string(i)});
        });
    });
    CHECK((status == 74 || status == 75));
    auto ledger = open_ledger(path);
    const auto entries = ledger.history(10'000);
    REQUIRE(entries.size() > 1);
    CHECK(entries.back().id == "a");
    CHECK(ledger.promised().size() <= 1);
}

TEST_CASE("F04 after a commit that failed the ledger takes no further change")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    {
        const auto created = open_ledger(path);
    }
    const int status = test::exit_status_of([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        auto ledger = open_ledger(path);
        const rlimit tight{0, RLIM_INFINITY}, wide{RLIM_INFINITY, RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &tight);
        auto promises = promises_of({"a"});
        const int failed = status_of([&] { ledger.promise(promises); });
        ::setrlimit(RLIMIT_FSIZE, &wide);
        const int after = status_of([&] { ledger.promise(promises); });
        return failed != 0 && after == 74 ? 0 : 1;
    });
    CHECK(status == 0);
    CHECK(contents(open_ledger(path)).empty());
}

TEST_CASE("The rollback journal of network file systems keeps the same promises")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    {
        auto ledger = open_ledger(path);
        fetch(ledger, {"local"});
    }
    {
        const auto store = Store::open_locked(path, std::nullopt, Journaling::rollback);
        CHECK(store->database().text("PRAGMA journal_mode") == "delete");
        CHECK(store->database().integer("PRAGMA synchronous") == 3);
        Change change{store->records()};
        change.remember("where", "remote");
        store->commit(change);
        const auto reader = read_ledger(path);
        CHECK(reader.fact("where") == "remote");
    }
    const auto ledger = open_ledger(path);
    CHECK(ledger.fact("where") == "remote");
    CHECK(contents(ledger).size() == 1);
}

TEST_CASE("The log is synced with every transaction")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    {
        const auto created = open_ledger(path);
    }
    const auto store = Store::open_locked(path, std::nullopt, Journaling::log);
    CHECK(store->database().text("PRAGMA journal_mode") == "wal");
    CHECK(store->database().integer("PRAGMA synchronous") == 2);
}

TEST_CASE("S05 a ledger of format 1 is read as it is and written in the format of today")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    const auto image = test::text_of(TEST_DATA "/ledger/format-1.ledger"); // 60 settled, 1 promised, 1 failed
    test::put_text(path, image);
    const auto seen = contents(read_ledger(path));
    CHECK(seen.size() == 62);
    CHECK(test::text_of(path) == image);
    {
        const auto upgraded = open_ledger(path);
        CHECK(contents(upgraded) == seen);
        CHECK(upgraded.promised().size() == 1);
        CHECK(upgraded.fact("login.not_before") == "2026-11-21T08:15:00Z");
        CHECK_FALSE(upgraded.is_new());
    }
    const Database database{path, Database::Purpose::read};
    CHECK(database.integer("PRAGMA user_version") == 2);
    CHECK(contents(open_ledger(path)) == seen);
}

TEST_CASE("S02 a damaged ledger of format 1 is repaired without its checksums")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    auto image = test::text_of(TEST_DATA "/ledger/format-1.ledger");
    image.replace(5 * 4096, 4096, 4096, '\0'); // a leaf of the table
    test::put_text(path, image);
    CHECK_THROWS_AS(open_ledger(path), Corrupt);
    CHECK(Ledger::repair(path) >= 10); // those of the other leaf
    CHECK(open_ledger(path).fact("login.not_before"));
}

}
