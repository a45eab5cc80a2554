#include "support/catch.hpp"

#include <thread>

#include <sys/stat.h>

#include "support/errors.hpp"
#include "support/faults.hpp"

#include "killed.hpp"

using namespace popfetch;
using namespace popfetch::test;
using base::ExitStatus;
using delivery::Outcome;
using delivery::Receipt;

namespace {

const std::string message = "Return-Path: <a@example.org>\nSubject: one\n\nHello\n";
const std::string as_stored = "From a@example.org Sat Nov 21 08:15:00 2026\n" + message + "\n";
const std::string others = "From b@example.org Sat Nov 21 08:14:00 2026\nSubject: other\n\nHi\n\n";

std::string mbox_of(const MboxStand& stand) { return text_of(stand.mbox()); }

// What a run says of the mbox that `make` has made, before anything is fetched.
template<typename Make>
Failure refusal_of(Make make)
{
    MboxStand stand;
    make(stand.mbox());
    const auto target = stand.open();
    return failure_of([&] { target->prepare({}); });
}

}

TEST_CASE("An mbox is made closed to others and holds From line and message and an empty line")
{
    MboxStand stand;
    auto target = stand.start();
    CHECK(!std::filesystem::exists(stand.mbox()));
    target->publish(stage(*target, {message}));
    CHECK(mbox_of(stand) == as_stored);
    struct stat status = {};
    REQUIRE(::stat(stand.mbox().c_str(), &status) == 0);
    CHECK((status.st_mode & 07777U) == 0600);
    CHECK(files_below(stand.folder.path()).size() ==
          2); // the mbox; in the spool the notes of the batch, until it is settled
}

TEST_CASE("The place of a message is its offset in the mbox")
{
    MboxStand stand;
    put_text(stand.mbox(), others);
    auto target = stand.start();
    const auto outcomes = target->publish(stage(*target, {message, "second\n"}));
    CHECK(outcomes[0].place == stand.mbox().string() + "@" + std::to_string(others.size()));
    CHECK(outcomes[1].place == stand.mbox().string() + "@" + std::to_string(others.size() + as_stored.size()));
}

TEST_CASE("What was published leaves the spool when the next batch is staged")
{
    MboxStand stand;
    auto target = stand.start();
    target->publish(stage(*target, {std::string(100000, 'x') + "\n"}));
    REQUIRE(files_below(stand.spool()).size() == 1);
    CHECK(std::filesystem::file_size(stand.spool() / files_below(stand.spool())[0]) == 4096);
    stage(*target, {message});
    CHECK(files_below(stand.spool()).size() == 1);
}

TEST_CASE("F11 what is not a plain mbox of ours is refused before anything is fetched")
{
    CHECK(refusal_of([](const auto& path) { put_text(path, "Dear diary\n"); }).says("is not an mbox"));
    CHECK(refusal_of([](const auto& path) { put_text(path, "Fro"); }).says("is not an mbox"));
    CHECK(
        refusal_of([](const auto& path) { std::filesystem::create_directory(path); }).says("is a folder, not an mbox"));
    CHECK(refusal_of([](const auto& path) { ::mkfifo(path.c_str(), 0600); }).says("is not a plain file"));
    CHECK(refusal_of([](const auto& path) {
              put_text(path.parent_path() / "target", others);
              std::filesystem::create_symlink("target", path);
          }).says("is a symbolic link"));
    CHECK(refusal_of([](const auto& path) {
              put_text(path.parent_path() / "target", others);
              std::filesystem::create_hard_link(path.parent_path() / "target", path);
          }).says("has a second name"));
    CHECK(refusal_of([](const auto& path) { put_text(path, "x"); }).status == ExitStatus::config);
    if (::geteuid() != 0) return;
    CHECK(refusal_of([](const auto& path) {
              put_text(path, others);
              REQUIRE(::chown(path.c_str(), 65534, 65534) == 0);
          }).says("belongs to user 65534"));
}

TEST_CASE("F11 an mbox that was swapped for a link after the start is not followed")
{
    MboxStand stand;
    auto target = stand.start();
    const auto receipts = stage(*target, {message});
    put_text(stand.folder / "precious", others);
    std::filesystem::create_symlink("precious", stand.mbox());
    CHECK(failure_of([&] { target->publish(receipts); }).status == ExitStatus::config);
    CHECK(text_of(stand.folder / "precious") == others);
    std::filesystem::remove(stand.mbox());
    CHECK(all_are(target->publish(receipts), Outcome::Kind::published)); // still promised
}

TEST_CASE("F13 an mbox that does not end in an empty line is repaired before anything is appended")
{
    for (const auto& [end, repair] :
         {std::pair<std::string, std::string>{"\n", ""}, {"", "\n"}, {"half a line", "\n\n"}}) {
        MboxStand stand;
        const auto before = "From b@example.org Sat Nov 21 08:14:00 2026\nSubject: other\n\nHi\n" + end;
        put_text(stand.mbox(), before);
        auto target = stand.start();
        const auto outcomes = target->publish(stage(*target, {message}));
        CHECK(mbox_of(stand) == before + repair + as_stored);
        CHECK(outcomes[0].place.ends_with("@" + std::to_string((before + repair).size())));
    }
}

TEST_CASE("F13 messages in another program's mbox come back as they were")
{
    MboxStand stand;
    put_text(stand.mbox(), others);
    auto target = stand.start();
    const std::string tricky = "From the start\n>From here\n>>From there\n\nFrom where\n";
    target->publish(stage(*target, {tricky}));
    CHECK(messages_in_mbox(mbox_of(stand)) == std::vector<std::string>{"Subject: other\n\nHi\n", tricky});
}

TEST_CASE("F12 an error in the middle leaves the mbox as it was and the next attempt succeeds")
{
    // The first writes are those of lock and note, the first sync is that of the note.
    for (const auto& strike : {Strike{.at = 4, .error = ENOSPC, .only = FileCall::write},
                               Strike{.at = 2, .error = EDQUOT, .only = FileCall::sync_file},
                               Strike{.at = 1, .error = ENOSPC, .only = FileCall::allocate}}) {
        MboxStand stand;
        put_text(stand.mbox(), others);
        auto target = stand.start();
        const auto receipts = stage(*target, {message, std::string(400000, 'x') + "\n", "third\n"});
        {
            const Faults faults{strike};
            CHECK(failure_of([&] { target->publish(receipts); }).is_temporary());
            CHECK(faults.struck());
        }
        CHECK(mbox_of(stand) == others);
        CHECK(!std::filesystem::exists(stand.mbox().string() + ".lock"));
        CHECK(all_are(target->publish(receipts), Outcome::Kind::published));
        CHECK(messages_in_mbox(mbox_of(stand)).size() == 4);
    }
}

TEST_CASE("F12 nothing is cut off when another program has written behind a torn message")
{
    const std::vector<std::string> messages{message, std::string(3000, 'x') + "\n", "third\n"};
    for (std::uint64_t at = 1;; ++at) {
        CAPTURE(at);
        MboxStand stand;
        put_text(stand.mbox(), others);
        const auto receipts = stage(*stand.start(), messages);
        const int status = publish_and_be_killed(
            stand, receipts, {.at = at, .only = FileCall::write, .kill = true, .short_writes = true});
        if (status != killed_status) break;
        const auto torn = mbox_of(stand);
        const auto later = "\n\nFrom c@example.org Sat Nov 21 08:16:00 2026\nSubject: later\n\nBye\n\n";
        put_text(stand.mbox(), torn + later);

        CHECK(all_are(stand.start(receipts)->publish(receipts), Outcome::Kind::published));
        const auto whole = mbox_of(stand);
        CHECK(whole.starts_with(torn + later));
        for (const auto& one : messages) { // the other program's empty lines may have completed one of ours
            const auto same = [&](const auto& there) { return there == one || there == one + "\n"; };
            CHECK(std::ranges::count_if(messages_in_mbox(whole), same) == 1);
        }
    }
}

TEST_CASE("F06 killed at any write however short the mbox is whole after the next run")
{
    const std::vector<std::string> messages{message, std::string(300000, 'x') + "\n", "third\n"};
    for (std::uint64_t at = 1;; ++at) {
        CAPTURE(at);
        MboxStand stand;
        put_text(stand.mbox(), others);
        const auto receipts = stage(*stand.start(), messages);
        const int status = publish_and_be_killed(
            stand, receipts, {.at = at, .only = FileCall::write, .kill = true, .short_writes = true});
        CHECK(all_are(stand.start(receipts)->publish(receipts), Outcome::Kind::published));
        CHECK(messages_in_mbox(mbox_of(stand)) ==
              std::vector<std::string>{"Subject: other\n\nHi\n", messages[0], messages[1], messages[2]});
        if (status != killed_status) break;
    }
}

TEST_CASE("F07 a tail of zeros that a power cut left is written over")
{
    MboxStand stand;
    put_text(stand.mbox(), others);
    const auto receipts = stage(*stand.start(), {message, "second\n"});
    // Killed when the note is durable and nothing of the text is written.
    REQUIRE(publish_and_be_killed(stand, receipts, {.at = 2, .only = FileCall::sync_file, .kill = true}) ==
            killed_status);
    auto text = mbox_of(stand);
    for (std::size_t i = others.size() + 10; i < text.size(); ++i) text[i] = '\0';
    put_text(stand.mbox(), text);
    CHECK(all_are(stand.start(receipts)->publish(receipts), Outcome::Kind::published));
    CHECK(messages_in_mbox(mbox_of(stand)) == std::vector<std::string>{"Subject: other\n\nHi\n", message, "second\n"});
}

TEST_CASE("F07 a batch that became shorter and did not get its new name before the power went is not appended again")
{
    MboxStand stand;
    const auto receipts = stage(*stand.start(), {message, "second\n"});
    const auto published = stand.start(receipts)->publish(receipts);
    const auto done = files_below(stand.spool());
    REQUIRE(done.size() == 1);
    REQUIRE(std::filesystem::file_size(stand.spool() / done[0]) == 4096);
    std::filesystem::rename(stand.spool() / done[0], (stand.spool() / done[0]).replace_extension());
    const auto again = stand.start(receipts)->publish(receipts);
    REQUIRE(all_are(again, Outcome::Kind::published));
    CHECK(again[1].place == published[1].place);
    CHECK(messages_in_mbox(mbox_of(stand)) == std::vector<std::string>{message, "second\n"});
}

TEST_CASE("F07 a batch that got its new name and did not become shorter before the power went is not appended again")
{
    MboxStand stand;
    const auto receipts = stage(*stand.start(), {message, "second\n"});
    const auto whole = text_of(stand.spool() / files_below(stand.spool())[0]);
    stand.start(receipts)->publish(receipts);
    const auto done = stand.spool() / files_below(stand.spool())[0];
    put_text(done, text_of(done) + whole.substr(4096));
    CHECK(all_are(stand.start(receipts)->publish(receipts), Outcome::Kind::published));
    CHECK(messages_in_mbox(mbox_of(stand)) == std::vector<std::string>{message, "second\n"});
}

TEST_CASE("What a reader has rewritten since is searched for each message and only the missing are appended")
{
    MboxStand stand;
    put_text(stand.mbox(), others);
    const auto receipts = stage(*stand.start(), {message, "second\n", "third\n"});
    REQUIRE(publish_and_be_killed(stand, receipts, {.at = 1, .only = FileCall::rename, .kill = true}) == killed_status);
    // The mail before ours was deleted, the file replaced by a new one.
    put_text(stand.folder / "new", mbox_of(stand).substr(others.size()));
    std::filesystem::rename(stand.folder / "new", stand.mbox());
    CHECK(all_are(stand.start(receipts)->publish(receipts), Outcome::Kind::published));
    CHECK(messages_in_mbox(mbox_of(stand)) == std::vector<std::string>{message, "second\n", "third\n"});
}

TEST_CASE("What a reader has taken out of the middle comes again rather than not at all")
{
    MboxStand stand;
    const auto receipts = stage(*stand.start(), {message, "second\n", "third\n"});
    REQUIRE(publish_and_be_killed(stand, receipts, {.at = 1, .only = FileCall::rename, .kill = true}) == killed_status);
    auto text = mbox_of(stand);
    const std::string second = "From MAILER-DAEMON Sat Nov 21 08:15:00 2026\nsecond\n\n";
    text.erase(text.find(second), second.size());
    put_text(stand.mbox(), text);
    CHECK(all_are(stand.start(receipts)->publish(receipts), Outcome::Kind::published));
    const auto after = messages_in_mbox(mbox_of(stand));
    CHECK(std::ranges::count(after, message) == 1);
    CHECK(std::ranges::count(after, "second\n") == 1);
    CHECK(std::ranges::count(after, "third\n") >= 1);
}

TEST_CASE("A batch whose spool is gone is lost")
{
    MboxStand stand;
    const auto receipts = stage(*stand.start(), {message});
    for (const auto& name : files_below(stand.spool())) std::filesystem::remove(stand.spool() / name);
    CHECK(all_are(stand.start(receipts)->publish(receipts), Outcome::Kind::lost));
    CHECK(!std::filesystem::exists(stand.mbox()));
}

TEST_CASE("F14 a lock that is held stops the delivery as temporary and the messages stay promised")
{
    MboxStand stand;
    auto target = stand.start();
    const auto receipts = stage(*target, {message});
    const auto lock = stand.mbox().string() + ".lock";
    put_text(lock, std::to_string(::getppid()) + "\n");
    const auto failure = failure_of([&] { target->publish(receipts); });
    CHECK(failure.kind == "lock.busy");
    CHECK(failure.is_temporary());
    CHECK(std::filesystem::exists(lock));
    std::filesystem::remove(lock);
    CHECK(all_are(target->publish(receipts), Outcome::Kind::published));
    CHECK(!std::filesystem::exists(lock));
}

TEST_CASE("F14 the fcntl lock of a reader is respected")
{
    MboxStand stand;
    put_text(stand.mbox(), others);
    auto target = stand.start();
    const auto receipts = stage(*target, {message});
    {
        const auto reader = base::open_file(stand.mbox(), O_RDWR);
        struct flock lock = {};
        lock.l_type = F_RDLCK;
        lock.l_whence = SEEK_SET;
        REQUIRE(::fcntl(reader.get(), F_OFD_SETLK, &lock) == 0);
        CHECK(failure_of([&] { target->publish(receipts); }).kind == "lock.busy");
        CHECK(!std::filesystem::exists(stand.mbox().string() + ".lock"));
    }
    CHECK(all_are(target->publish(receipts), Outcome::Kind::published));
}

TEST_CASE("F14 where no dot-lock can be made the fcntl lock must do and it is said once")
{
    MboxStand stand;
    put_text(stand.mbox(), others);
    auto target = stand.start();
    for (int batch = 0; batch < 2; ++batch) {
        const auto receipts = stage(*target, {message});
        const Faults faults{{.at = 1, .error = EACCES, .only = FileCall::create}}; // as in /var/mail
        CHECK(all_are(target->publish(receipts), Outcome::Kind::published));
        CHECK(faults.struck());
    }
    REQUIRE(stand.warnings.size() == 1);
    CHECK(stand.warnings[0].find("locked by fcntl alone") != std::string::npos);
}

TEST_CASE("F15 eight accounts deliver into one mbox at once and every message is there once and whole")
{
    MboxStand stand;
    std::vector<std::jthread> runs;
    std::vector<std::string> expected;
    for (int account = 0; account < 8; ++account) {
        for (int i = 0; i < 20; ++i)
            expected.push_back("account " + std::to_string(account) + " message " + std::to_string(i) + "\n" +
                               std::string(static_cast<std::size_t>(account) * 500, 'x') + "\n");
        runs.emplace_back([&stand, account, own = std::vector(expected.end() - 20, expected.end())] {
            auto specs = stand.specs();
            specs[0].timeout = std::chrono::seconds{60};
            const auto name = "account" + std::to_string(account);
            const auto target = delivery::open(specs, {name, stand.spool() / name, base::wall_clock, {}});
            target->prepare({});
            for (std::size_t i = 0; i < own.size(); i += 4)
                target->publish(stage(*target, {own[i], own[i + 1], own[i + 2], own[i + 3]}));
        });
    }
    runs.clear();
    auto delivered = messages_in_mbox(mbox_of(stand));
    std::ranges::sort(delivered);
    std::ranges::sort(expected);
    CHECK(delivered == expected);
}

TEST_CASE("S03 an mbox tells when mail was last delivered into it")
{
    MboxStand stand;
    auto target = stand.start();
    CHECK(!target->newest_earlier_mail("work"));
    target->publish(stage(*target, {message}));
    if (!target->newest_earlier_mail("work")) {
        WARN("no extended attributes here");
        return;
    }
    CHECK(stand.start()->newest_earlier_mail("work") == stand.context().clock());
    CHECK(!target->newest_earlier_mail("home"));
    std::filesystem::resize_file(stand.mbox(), 0); // all of it was read and taken
    CHECK(!target->newest_earlier_mail("work"));
}
