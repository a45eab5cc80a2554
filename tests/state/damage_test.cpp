// What a disk or a restored backup may do to the file: it is noticed, or it is harmless.

#include <csignal>
#include <filesystem>
#include <random>

#include <unistd.h>

#include "sample.hpp"
#include "state/store.hpp"
#include "support/catch.hpp"
#include "support/child.hpp"
#include "support/temp_folder.hpp"

namespace popfetch::state {
namespace {

/// A ledger with a bit of everything, closed.
void fill(const base::Path& path, std::size_t messages)
{
    auto ledger = open_ledger(path);
    fetch(ledger, ids("uid-", messages));
    ledger.want_deletion(std::vector<std::string>{"uid-1"});
    const auto failure = failure_of("bad");
    ledger.fail({&failure, 1}, monday);
    auto promises = promises_of({"owed-1", "owed-2"});
    ledger.promise(promises);
    ledger.remember("server.capabilities", "UIDL TOP");
}

/// All that a run reads before it fetches.
std::vector<std::string> everything(const Ledger& ledger)
{
    auto all = contents(ledger);
    const auto snapshot = ledger.snapshot();
    all.push_back(std::to_string(snapshot.size()) + " " + std::to_string(snapshot.count(Standing::promised)));
    for (const auto& promise : ledger.promised()) all.push_back("owed " + promise.id + " " + promise.token);
    all.push_back(ledger.fact("server.capabilities").value_or("-"));
    return all;
}

/// Reads the changed file: the error's kind, or "same", or "other".
std::string reading_of(const base::Path& path, const std::vector<std::string>& expected)
{
    try {
        return everything(open_ledger(path)) == expected ? "same" : "other";
    } catch (const Corrupt& error) {
        return error.kind();
    }
}

std::size_t count_other(const std::string& image, const std::vector<std::string>& expected, auto positions, auto change)
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    std::size_t others = 0;
    for (const auto position : positions) {
        auto changed = image;
        change(changed, position);
        test::put_text(path, changed);
        const auto result = reading_of(path, expected);
        if (result == "other") UNSCOPED_INFO("unnoticed at " << position);
        others += result == "other";
        std::filesystem::remove(beside(path, log_suffix));
        std::filesystem::remove(beside(path, shared_memory_suffix));
    }
    return others;
}

std::vector<std::size_t> every(std::size_t step, std::size_t end)
{
    std::vector<std::size_t> positions;
    for (std::size_t i = 0; i < end; i += step) positions.push_back(i);
    return positions;
}

}

TEST_CASE("S02 a bit that flipped anywhere is noticed or changes nothing")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    fill(path, 60);
    const auto expected = everything(open_ledger(path));
    const auto image = test::text_of(path);
    REQUIRE(image.size() > 5 * 4096);

    std::mt19937 random{20'261'121};
    const auto flip = [&](std::string& bytes, std::size_t at) {
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
    };
    // The header, the schema and every page's header whole; of the rest a sample.
    CHECK(count_other(image, expected, every(1, 112), flip) == 0);
    CHECK(count_other(image, expected, every(41, image.size()), flip) == 0);
}

TEST_CASE("S02 each single bit of a small ledger is noticed or changes nothing", "[.][slow]")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    fill(path, 12);
    const auto expected = everything(open_ledger(path));
    const auto image = test::text_of(path);
    const auto flip = [](std::string& bytes, std::size_t bit) {
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    };
    CHECK(count_other(image, expected, every(1, 8 * image.size()), flip) == 0);
}

TEST_CASE("S02 zeros in place of any page or of the tail are noticed")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    fill(path, 60);
    const auto expected = everything(open_ledger(path));
    const auto image = test::text_of(path);

    const auto wipe_page = [](std::string& bytes, std::size_t at) { bytes.replace(at, 4096, 4096, '\0'); };
    CHECK(count_other(image, expected, every(4096, image.size()), wipe_page) == 0);
    const auto wipe_tail = [](std::string& bytes, std::size_t at) {
        bytes.replace(at, bytes.size() - at, bytes.size() - at, '\0');
    };
    CHECK(count_other(image, expected, every(1111, image.size()), wipe_tail) == 0);
}

TEST_CASE("S02 a file cut short or two ledgers in one file are refused")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger", changed = folder / "changed.ledger";
    fill(path, 60);
    const auto expected = everything(open_ledger(path));
    const auto image = test::text_of(path);
    for (std::size_t length = 512; length < image.size(); length += 1024) {
        INFO(length);
        test::put_text(changed, image.substr(0, length));
        CHECK(reading_of(changed, expected) == "state.damaged");
    }
    test::put_text(changed, image + image);
    CHECK(reading_of(changed, expected) == "state.damaged");
    test::put_text(changed, image + "x");
    CHECK(reading_of(changed, expected) == "state.damaged");
}

TEST_CASE("S02 a ledger whose first page forgets its tables is damaged and not new")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    fill(path, 60);
    const auto expected = everything(open_ledger(path));
    auto image = test::text_of(path);
    constexpr std::size_t user_version = 63, tables = 104; // the last octets of both (SQLite's file format, §1.3, §1.6)
    REQUIRE(image[user_version] == 2);
    image[user_version] = image[tables] = 0;
    test::put_text(path, image);
    CHECK(reading_of(path, expected) == "state.damaged");
    CHECK_THROWS_AS(read_ledger(path), Corrupt);
    CHECK((test::text_of(path) == image));
}

TEST_CASE("S02 damage ends with 65 and says how to repair")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    test::put_text(path, "this is not a ledger, and long enough to be looked at: " + std::string(5000, 'x'));
    const auto before = test::text_of(path);
    try {
        open_ledger(path);
        FAIL("took text for a ledger");
    } catch (const Corrupt& error) {
        CHECK(error.status() == base::ExitStatus::data);
        CHECK(error.kind() == "state.damaged");
        CHECK(std::string_view{error.what()}.find("popfetch repair work") != std::string_view::npos);
    }
    CHECK(test::text_of(path) == before);
}

TEST_CASE("S02 another program's database is not taken for a ledger")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    test::put_text(path, "");
    {
        const Database other{path, Database::Purpose::write};
        other.execute("CREATE TABLE message(id TEXT)");
    }
    CHECK_THROWS_AS(open_ledger(path), Corrupt);
    CHECK_THROWS_AS(read_ledger(path), Corrupt);
}

TEST_CASE("S05 a ledger of a newer format is refused and left as it is")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    fill(path, 3);
    {
        const Database newer{path, Database::Purpose::write};
        newer.execute("PRAGMA user_version = 3");
    }
    const auto before = test::text_of(path);
    for (const auto access : {Access::write, Access::read}) {
        try {
            Ledger::open(path, access);
            FAIL("opened a newer ledger");
        } catch (const Corrupt& error) {
            CHECK(error.status() == base::ExitStatus::config);
            CHECK(error.kind() == "state.newer");
        }
    }
    CHECK_THROWS_AS(Ledger::repair(path), Corrupt);
    CHECK(test::text_of(path) == before);
    CHECK_FALSE(std::filesystem::exists(beside(path, ".damaged-1")));
}

TEST_CASE("An empty file is a new ledger")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    test::put_text(path, "");
    CHECK(open_ledger(path).is_new());
}

TEST_CASE("S01 a log torn at any byte leaves whole transactions and nothing else")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger", torn = folder / "torn.ledger";
    fill(path, 3);
    std::vector<std::vector<std::string>> legal{everything(open_ledger(path))};
    const auto base_file = test::text_of(path);

    // The child ends without closing, so that its log stays; it records what each transaction led to.
    const auto states = folder / "states";
    std::filesystem::create_directory(states);
    test::exit_status_of([&]() -> int {
        auto ledger = open_ledger(path);
        for (int i = 0; i < 3; ++i) {
            const auto id = "late-" + std::to_string(i);
            auto promises = promises_of({id});
            ledger.promise(promises);
            std::filesystem::copy_file(beside(path, log_suffix), states / (std::to_string(2 * i)));
            ledger.settle(settlements_of({id}), monday);
            std::filesystem::copy_file(beside(path, log_suffix), states / (std::to_string(2 * i + 1)));
        }
        ::kill(::getpid(), SIGKILL);
        return 0;
    });
    REQUIRE(test::text_of(path) == base_file);
    const auto open_with_log = [&](const std::string& log) {
        test::put_text(torn, base_file);
        test::put_text(beside(torn, log_suffix), log);
        std::filesystem::remove(beside(torn, shared_memory_suffix));
        return everything(read_ledger(torn));
    };
    for (int i = 0; i < 6; ++i) legal.push_back(open_with_log(test::text_of(states / std::to_string(i))));
    for (std::size_t i = 1; i < legal.size(); ++i) REQUIRE(legal[i] != legal[i - 1]);

    const auto log = test::text_of(beside(path, log_suffix));
    std::size_t reached = 0, illegal = 0;
    // Every octet around the frames' borders, which are 24 and 4096 octets apart after a header of 32; fewer inside.
    for (std::size_t length = 0; length <= log.size(); ++length) {
        if ((length + 4092) % 4120 >= 36 && length % 449 != 0) continue;
        const auto now = open_with_log(log.substr(0, length));
        const auto found = std::ranges::find(legal, now);
        if (found == legal.end()) {
            ++illegal;
            continue;
        }
        const auto index = static_cast<std::size_t>(found - legal.begin());
        CHECK(index >= reached);
        reached = index;
    }
    CHECK(illegal == 0);
    CHECK(reached == 6);
}

TEST_CASE("After an unclean end the whole file is checked")
{
    const test::TempFolder folder;
    const auto path = folder / "work.ledger";
    fill(path, 60);
    // The index of the ids, which no start reads; 0x0a is the type of its leaves.
    auto image = test::text_of(path);
    std::size_t page = 4096;
    while (page < image.size() && image[page] != '\x0a') page += 4096;
    REQUIRE(page < image.size());
    image[page] = '\0';
    test::put_text(path, image);
    CHECK_NOTHROW(open_ledger(path).snapshot());

    test::exit_status_of([&]() -> int {
        auto ledger = open_ledger(path);
        ledger.remember("server.pipelining", "broken");
        ::kill(::getpid(), SIGKILL);
        return 0;
    });
    REQUIRE(has_content(beside(path, log_suffix)));
    CHECK_THROWS_AS(open_ledger(path), Corrupt);
}

}
