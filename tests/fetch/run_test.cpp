#include <popfetch/fetch/run.hpp>

#include <map>
#include <vector>

#include "pop3/toy_server.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

namespace popfetch::fetch {
namespace {

using namespace std::chrono_literals;

const base::WallTime noon{std::chrono::sys_days{std::chrono::November / 21 / 2026} + 12h};

class Paper final : public delivery::Letter {
public:
    std::string text;
    void write(std::string_view bytes) override { text += bytes; }
    std::uint64_t size() const override { return text.size(); }
    std::string digest() override { return text; }
};

/// Takes everything, and says when it last took anything.
class Tray final : public delivery::Target {
public:
    std::size_t taken = 0;
    std::vector<std::string> texts;
    std::optional<base::WallTime> newest;
    std::optional<std::uint64_t> room;

    std::string description() const override { return "a tray"; }
    std::string_view kind() const override { return "tray"; }
    delivery::Guarantee guarantee() const override { return delivery::Guarantee::exactly_once; }
    void prepare(std::span<const delivery::Receipt>) override {}
    std::optional<std::uint64_t> free_space() const override { return room; }
    std::optional<base::WallTime> newest_earlier_mail(const std::string&) const override { return newest; }
    std::unique_ptr<delivery::Letter> begin(const delivery::Envelope&) override { return std::make_unique<Paper>(); }
    std::vector<delivery::Receipt> stage(std::span<const std::unique_ptr<delivery::Letter>> letters) override
    {
        for (const auto& letter : letters) texts.push_back(dynamic_cast<Paper&>(*letter).text);
        return std::vector<delivery::Receipt>(letters.size());
    }
    std::vector<delivery::Outcome> publish(std::span<const delivery::Receipt> receipts) override
    {
        taken += receipts.size();
        return {receipts.size(), {delivery::Outcome::Kind::published, "on the tray", nullptr}};
    }
};

class Warnings final : public Report {
public:
    std::vector<std::string> heard;
    void warned(std::string_view text) override { heard.emplace_back(text); }
};

/// A server whose messages have UIDs of a series, and all that a run needs.
struct World {
    test::TempFolder folder;
    Tray tray;
    state::Ledger ledger = state::Ledger::open(folder / "work.ledger", state::Access::write);
    Policy policy;
    Warnings report;
    base::WallTime now = noon;
    std::vector<std::string> announced{"UIDL"};
    std::vector<std::string> heard;

    Totals run_at(test::ToyServer& server)
    {
        server.announced = announced;
        const auto note = [&] { heard = server.heard; };
        try {
            const auto totals = run(server.maildrop(), {tray, ledger, policy, report, "work", [this] { return now; }});
            note();
            return totals;
        } catch (...) {
            note();
            throw;
        }
    }

    Totals run_with(const std::string& series, std::size_t first, std::size_t count, std::string quit_reply = "+OK\r\n")
    {
        test::ToyServer server{std::vector<std::string>(count, "Subject: one\n\ntext\n")};
        std::string uidl = "+OK\r\n";
        for (std::size_t i = 1; i <= count; ++i)
            uidl += std::to_string(i) + ' ' + series + std::to_string(first + i) + "\r\n";
        server.replies["UIDL"] = uidl + ".\r\n";
        server.replies["QUIT"] = std::move(quit_reply);
        return run_at(server);
    }

    /// The class of the error with which the run ends; empty for one that ends well.
    std::string refusal(const std::string& series, std::size_t first, std::size_t count)
    {
        try {
            run_with(series, first, count);
        } catch (const base::Error& error) {
            CHECK(error.status() == base::ExitStatus::temporary);
            return std::string{error.kind()};
        }
        return {};
    }
};

}

TEST_CASE("S07 a mailbox in which no UID is known any more is not fetched again")
{
    World world;
    CHECK(world.run_with("old", 0, 20).fetched == 20);
    CHECK(world.refusal("new", 0, 20) == "uidl.namespace_changed");
    CHECK(world.tray.taken == 20);
    CHECK(world.refusal("new", 0, 19).empty()); // so few may be a mailbox that was emptied
}

TEST_CASE("S07 where QUIT removes what was retrieved new mail is not taken for renumbered mail")
{
    World world;
    world.announced.push_back("EXPIRE 0");
    for (std::size_t run = 0; run < 3; ++run) CHECK(world.run_with("uid", 25 * run, 25).fetched == 25);
    CHECK(world.tray.taken == 75);
}

TEST_CASE("S07 where such a server has kept its mail all the same a change of all UIDs is noticed")
{
    World world;
    world.announced.push_back("EXPIRE 0");
    world.run_with("old", 0, 25);
    CHECK(world.run_with("old", 0, 26).fetched == 1);
    CHECK(world.refusal("new", 0, 26) == "uidl.namespace_changed");
}

TEST_CASE("S07 what was expected to be removed is so also when the reply to QUIT is lost")
{
    World world;
    world.announced.push_back("EXPIRE 0");
    world.run_with("uid", 0, 25, "");
    CHECK(world.run_with("uid", 25, 25).fetched == 25);
}

TEST_CASE("S06 a ledger from an old backup stops the run when most of what is listed is unknown to it")
{
    World world;
    world.run_with("uid", 0, 20);
    world.tray.newest = noon;
    world.now = noon + 24h;
    SECTION("nothing newer lies at the destination") { CHECK(world.run_with("uid", 0, 60).fetched == 40); }
    SECTION("newer mail lies there")
    {
        world.tray.newest = noon + 12h;
        CHECK(world.refusal("uid", 0, 41) == "state.outdated");
        CHECK(world.tray.taken == 20);
        CHECK(world.heard.back() != "QUIT");
        CHECK(world.run_with("uid", 0, 40).fetched == 20); // half of them are known
    }
    SECTION("newer mail lies there but few messages are listed")
    {
        world.tray.newest = noon + 12h;
        CHECK(world.refusal("uid", 15, 19).empty());
    }
    SECTION("the user says how to go on")
    {
        world.tray.newest = noon + 12h;
        world.policy.accept_new_uids = true;
        CHECK(world.run_with("uid", 0, 60).fetched == 40);
    }
    SECTION("mail so old that the ledger may have forgotten it")
    {
        world.tray.newest = noon + 12h;
        world.now = noon + 24h * 100;
        CHECK(world.run_with("uid", 0, 60).fetched == 40);
    }
}

TEST_CASE("S06 a ledger restored from before the first message is as outdated as any")
{
    World world;
    world.run_with("uid", 0, 0);
    world.tray.newest = noon;
    CHECK(world.refusal("uid", 0, 20) == "state.outdated");
}

TEST_CASE("P40 deletions that a server promises and does not do are told of after three runs and once")
{
    World world;
    world.policy.remove = Fetched{};
    for (int run = 0; run < 3; ++run) world.run_with("uid", 0, 2);
    CHECK(world.report.heard.empty());
    world.run_with("uid", 0, 2);
    REQUIRE(world.report.heard.size() == 1);
    CHECK(world.report.heard[0].find("lists 2 of the messages again, 3 times now") != std::string::npos);
    for (int run = 0; run < 5; ++run) world.run_with("uid", 0, 2);
    CHECK(world.report.heard.size() == 1);
    CHECK(world.tray.taken == 2); // none of them was fetched again
    CHECK(world.heard.back() == "QUIT");
}

TEST_CASE("P40 a server that deletes at last is given three runs anew")
{
    World world;
    world.policy.remove = Fetched{};
    for (int run = 0; run < 3; ++run) world.run_with("uid", 0, 2);
    world.run_with("uid", 2, 2);
    for (int run = 0; run < 2; ++run) world.run_with("uid", 2, 2);
    CHECK(world.report.heard.empty());
}

TEST_CASE("N09 deletions whose QUIT had no reply are uncertain and not held against the server")
{
    World world;
    world.policy.remove = Fetched{};
    for (int run = 0; run < 6; ++run) {
        try {
            world.run_with("uid", 0, 2, run % 2 == 0 ? "-ERR some deleted messages not removed\r\n" : "+OK\r\n");
            CHECK(run % 2 == 1);
        } catch (const base::Error& error) {
            CHECK(error.kind() == "delete.uncertain");
            CHECK(std::string{error.what()} == "whether 2 messages were deleted is not certain: QUIT was answered with "
                                               "-ERR; the next run looks and deletes what is still there");
        }
    }
    CHECK(world.report.heard.empty());
}

TEST_CASE("T11 where nothing was deleted the reply to QUIT is not waited for and where something was it is")
{
    World world;
    test::ToyServer server{{"one\n", "two\n"}};
    server.replies["QUIT"] = ""; // and then silence, which a client that waits takes for a broken line
    const auto run_once = [&] {
        try {
            world.run_at(server);
        } catch (const base::Error& error) {
            return std::string{error.kind()};
        }
        return std::string{};
    };
    CHECK(run_once().empty());
    CHECK(world.heard.back() == "QUIT");
    CHECK(world.report.heard.empty());
    world.policy.remove = Fetched{};
    CHECK(run_once() == "delete.uncertain");
    CHECK(world.heard.back() == "QUIT");
}

TEST_CASE("P16 messages that are all header or have none come as they are")
{
    World world;
    const std::vector<std::string> odd{"Subject: nothing else\n", "\nno header\n", "neither nor\n", "\n",
                                       "X-Long: " + std::string(3u << 20, 'x') + "\n\ntext\n"};
    test::ToyServer server{odd};
    CHECK(world.run_at(server).fetched == odd.size());
    CHECK(world.tray.texts == odd);
}

TEST_CASE("P38 nothing that is fetched or deleted is decided by TOP")
{
    World world;
    world.announced.emplace_back("TOP");
    world.policy.remove = Fetched{};
    CHECK(world.run_with("uid", 0, 3).deleted == 3);
    CHECK(std::ranges::none_of(world.heard, [](const auto& command) { return command.starts_with("TOP"); }));
}

TEST_CASE("N10 what another session has deleted meanwhile is no failure and the rest comes under its own number")
{
    World world;
    test::ToyServer server{{"first\n", "second\n", "third\n"}};
    server.replies["RETR 2"] = "-ERR message 2 expunged\r\n";
    const auto totals = world.run_at(server);
    CHECK(totals.fetched == 2);
    CHECK(totals.failed == 0);
    CHECK(world.tray.texts == std::vector<std::string>{"first\n", "third\n"});
    CHECK(world.ledger.entry("uid3"));
    CHECK_FALSE(world.ledger.entry("uid2"));
}

TEST_CASE("P32 L04 a message that is listed again after it was said to be gone is not gone")
{
    World world;
    test::ToyServer server{{"first\n", "second\n"}};
    server.replies["QUIT"] = "";
    server.replies["RETR 2"] = "-ERR message 2 expunged\r\n";
    const auto first = world.run_at(server);
    CHECK(first.skipped == 1); // each message is counted once
    CHECK(first.failed == 0);
    CHECK(world.run_at(server).failed == 1);
    server.replies.erase("RETR 2");
    CHECK(world.run_at(server).fetched == 1);
}

TEST_CASE("L04 L05 a refused message is failed in every run and tried again by the next one before any pause")
{
    World world;
    test::ToyServer server{{"first\n", "second\n"}};
    server.replies["QUIT"] = "";
    server.replies["RETR 2"] = "-ERR no such message\r\n";
    const auto run_once = [&] {
        server.heard.clear();
        const auto failed = world.run_at(server).failed;
        return std::pair{failed, std::ranges::count(world.heard, "RETR 2")};
    };
    CHECK(run_once() == std::pair{std::uint64_t{1}, std::ptrdiff_t{1}});
    CHECK(run_once() == std::pair{std::uint64_t{1}, std::ptrdiff_t{1}});
    CHECK(run_once() == std::pair{std::uint64_t{1}, std::ptrdiff_t{0}}); // waits
    REQUIRE_FALSE(world.report.heard.empty());
    CHECK(world.report.heard.back() ==
          "1 message that failed before waits for the next try, and popfetch list says why: 2");
    world.now += 15min;
    server.replies.erase("RETR 2");
    CHECK(world.run_at(server).fetched == 1);
}

TEST_CASE("L04 on a server without UIDL a refused message is failed in every run")
{
    World world;
    world.announced.clear();
    world.policy.remove = Fetched{};
    for (const auto* text : {"no such message", "Download exceed", "message 2 expunged"}) {
        test::ToyServer server{{"first\n", "second\n"}};
        server.replies["UIDL"] = "-ERR unknown command\r\n";
        server.replies["RETR 2"] = "-ERR " + std::string{text} + "\r\n";
        CHECK(world.run_at(server).failed == 1);
    }
    CHECK(world.tray.texts == std::vector<std::string>{"first\n"});
}

TEST_CASE("L01 messages without a size come once each and the second retrieval decides")
{
    World world;
    test::ToyServer server{{"first\n", "second\n", "third\n"}};
    server.replies["QUIT"] = "";
    server.replies["LIST"] = "+OK\r\n1\r\n2 %!d(float64=5461)\r\n3 -20\r\n.\r\n";
    const auto totals = world.run_at(server);
    CHECK(totals.fetched == 3);
    CHECK(totals.fetched_octets == test::ToyServer::octets("first\nsecond\nthird\n"));
    CHECK(world.tray.texts == std::vector<std::string>{"first\n", "second\n", "third\n"});
    CHECK(std::ranges::count(world.heard, "RETR 2") == 2);
    CHECK(world.report.heard ==
          std::vector<std::string>{"LIST gives no size for 3 messages, which are fetched all the same"});
    CHECK(world.run_at(server).kept == 3);
}

TEST_CASE("L01 the limit of a run counts what comes where LIST gives no size")
{
    World world;
    world.policy.max_bytes = 10;
    test::ToyServer server{{"first\n", "second\n", "third\n"}};
    server.replies["QUIT"] = "";
    server.replies["LIST"] = "+OK\r\n1\r\n2\r\n3\r\n.\r\n";
    const auto totals = world.run_at(server);
    CHECK(totals.fetched == 2);
    CHECK(totals.skipped == 1);
    CHECK(totals.failed == 0);
}

TEST_CASE("L03 what STAT counts and nothing names is told and is no success")
{
    World world;
    test::ToyServer server{{"first\n", "second\n"}};
    server.replies["QUIT"] = "";
    server.replies["STAT"] = "+OK 5 500\r\n";
    const auto totals = world.run_at(server);
    CHECK(totals.fetched == 2);
    CHECK(totals.failed == 3);
    CHECK(world.report.heard ==
          std::vector<std::string>{"STAT counts 3 messages more than LIST and UIDL name; they stay on the server"});
}

TEST_CASE("F01 a message for which there is no room stays on the server and the others come")
{
    World world;
    world.tray.room = 11u << 10; // a quarter of it is kept free for the target itself, and two of three fit
    const auto totals = world.run_with("uid", 0, 3);
    CHECK(totals.fetched == 2);
    CHECK(totals.failed == 1);
    CHECK(totals.skipped == 0); // each message is counted once
    CHECK(world.report.heard == std::vector<std::string>{"not enough space for 1 message, which stays on the server: 3"});
    world.tray.room = {};
    CHECK(world.run_with("uid", 0, 3).fetched == 1);
}

TEST_CASE("A plan decides what the run then does and writes nothing")
{
    World world;
    world.policy.remove = KeepNewest{2};
    world.run_with("uid", 0, 2);
    const auto before = world.ledger.history(100).size();
    world.tray.room = 11u << 10; // a quarter of it is kept free for the target itself, and two fit
    test::ToyServer server{std::vector<std::string>(5, "Subject: one\n\ntext\n")};
    auto maildrop = server.maildrop();
    const Run run{world.tray, world.ledger, world.policy, world.report, "work", [&] { return world.now; }};
    auto foreseen = plan(maildrop, run);
    const auto deletions = deletions_after(foreseen, run);
    CHECK(world.ledger.history(100).size() == before);
    CHECK(world.tray.taken == 2);

    std::map<std::string_view, std::uint64_t> counts;
    for (const auto& d : foreseen.decisions) ++counts[d.reason];
    CHECK(counts == std::map<std::string_view, std::uint64_t>{{"fetched", 2}, {"new", 2}, {"no_space", 1}});
    const auto totals = world.run_with("uid", 0, 5);
    CHECK(totals.fetched == counts["new"]);
    CHECK(totals.failed == counts["no_space"]);
    CHECK(totals.deleted == deletions.size());
}

TEST_CASE("P29 a plan foresees the deletion of what has no UID and will be fetched")
{
    World world;
    world.announced.clear();
    world.policy.remove = Fetched{};
    test::ToyServer server{{"one\n", "two\n"}};
    server.announced.clear();
    server.replies["UIDL"] = "-ERR unknown command\r\n";
    auto maildrop = server.maildrop();
    const Run run{world.tray, world.ledger, world.policy, world.report, "work", [&] { return world.now; }};
    auto foreseen = plan(maildrop, run);
    CHECK(deletions_after(foreseen, run).size() == 2);
}

TEST_CASE("S06 S07 a plan is refused where the run is")
{
    World world;
    world.run_with("uid", 0, 20);
    world.tray.newest = noon + 12h;
    world.now = noon + 24h;
    const auto refusal = [&](const std::string& series) {
        test::ToyServer server{std::vector<std::string>(60, "text\n")};
        server.announced = {"UIDL"};
        std::string uidl = "+OK\r\n";
        for (int i = 1; i <= 60; ++i) uidl += std::to_string(i) + ' ' + series + std::to_string(i) + "\r\n";
        server.replies["UIDL"] = uidl + ".\r\n";
        auto maildrop = server.maildrop();
        try {
            plan(maildrop, {world.tray, world.ledger, world.policy, world.report, "work", [&] { return world.now; }});
        } catch (const base::Error& error) {
            return std::string{error.kind()};
        }
        return std::string{};
    };
    CHECK(refusal("uid") == "state.outdated");
    CHECK(refusal("new") == "uidl.namespace_changed");
}

TEST_CASE("What an earlier run fetched and this one deletes is not counted as kept")
{
    World world;
    world.policy.remove = KeepNewest{3};
    world.run_with("uid", 0, 3);
    const auto totals = world.run_with("uid", 0, 5);
    CHECK(totals.fetched == 2);
    CHECK(totals.deleted == 2);
    CHECK(totals.kept == 1);

    world.policy.remove = Fetched{};
    const auto rest = world.run_with("uid", 2, 3);
    CHECK(rest.deleted == 3);
    CHECK(rest.kept == 0);
}

TEST_CASE("P29 a message without UID that came before and is deleted now is not counted as kept")
{
    World world;
    world.announced.clear();
    const auto run = [&] {
        test::ToyServer server{{"one\n", "two\n"}};
        server.replies["UIDL"] = "-ERR unknown command\r\n";
        return world.run_at(server);
    };
    world.policy.remove = Fetched{};
    CHECK(run().fetched == 2);
    const auto totals = run();
    CHECK(totals.fetched == 0);
    CHECK(totals.deleted == 2);
    CHECK(totals.kept == 0);
}

}
