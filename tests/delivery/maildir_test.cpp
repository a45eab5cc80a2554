#include "support/catch.hpp"

#include <csignal>
#include <fstream>

#include <sys/resource.h>
#include <sys/stat.h>

#include "support/child.hpp"
#include "support/errors.hpp"
#include "support/faults.hpp"

#include "delivery/names.hpp"
#include "stand.hpp"

using namespace popfetch;
using namespace popfetch::test;
using base::ExitStatus;
using delivery::Outcome;

namespace {

const std::string message = "Subject: one\n\nHello\n";

std::vector<std::string> names_in(const std::filesystem::path& folder)
{
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
}

mode_t mode_of(const std::filesystem::path& path)
{
    struct stat status = {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777U;
}

// What prepare() says of the maildir that `make` has made.
template<typename Make>
Failure refusal_of(Make make)
{
    const MaildirStand stand;
    make(stand.maildir());
    const auto target = const_cast<MaildirStand&>(stand).open();
    return failure_of([&] { target->prepare({}); });
}

std::size_t resident_octets()
{
    std::ifstream file{"/proc/self/statm"};
    std::size_t total = 0, resident = 0;
    file >> total >> resident;
    return resident * 4096;
}

}

TEST_CASE("A maildir that does not exist is made with its three folders closed to others")
{
    MaildirStand stand;
    stand.start();
    CHECK(names_in(stand.maildir()) == std::vector<std::string>{"cur", "new", "tmp"});
    for (const auto* const part : {"", "tmp", "new", "cur"}) CHECK(mode_of(stand.maildir() / part) == 0700);
    CHECK(names_in(stand.folder.path()) == std::vector<std::string>{"Mail", "spool"});
}

TEST_CASE("An empty folder and a link to one become a maildir")
{
    MaildirStand stand;
    std::filesystem::create_directory(stand.folder / "elsewhere");
    std::filesystem::create_directory_symlink(stand.folder / "elsewhere", stand.maildir());
    auto target = stand.start();
    target->publish(stage(*target, {message}));
    CHECK(names_in(stand.folder / "elsewhere").size() == 3);
    CHECK(stand.delivered() == std::vector{message});
}

TEST_CASE("A message lies in new under the name its receipt promised with its size and mode 0600")
{
    MaildirStand stand;
    auto target = stand.start();
    const auto receipts = stage(*target, {message});
    const auto outcomes = target->publish(receipts);
    const std::filesystem::path place = outcomes[0].place;
    CHECK(receipts[0].place == place);
    CHECK(place.parent_path() == stand.maildir() / "new");
    CHECK(place.filename().string().starts_with("1795248900.M"));
    CHECK(place.filename().string().ends_with(",S=" + std::to_string(message.size())));
    CHECK(mode_of(place) == 0600);
    CHECK(names_in(stand.maildir() / "tmp").empty());
}

TEST_CASE("F10 what is not a maildir of ours is refused before anything is fetched")
{
    const auto not_a_maildir = refusal_of([](const auto& path) {
        std::filesystem::create_directory(path);
        put_text(path / "letter.txt", "x");
    });
    CHECK(not_a_maildir.status == ExitStatus::config);
    CHECK(not_a_maildir.kind == "delivery.target");
    CHECK(not_a_maildir.says("is not a maildir: it has no folder tmp"));

    const auto no_new = refusal_of([](const auto& path) {
        std::filesystem::create_directories(path / "tmp");
        std::filesystem::create_directories(path / "cur");
    });
    CHECK(no_new.status == ExitStatus::config);
    CHECK(no_new.says("it has no folder new"));

    const auto a_file = refusal_of([](const auto& path) { put_text(path, "x"); });
    CHECK(a_file.status == ExitStatus::config);
    CHECK(a_file.says("is not a folder"));

    const auto a_dead_link = refusal_of([](const auto& path) { std::filesystem::create_symlink("nowhere", path); });
    CHECK(a_dead_link.status == ExitStatus::config);
    CHECK(a_dead_link.says("is a link to nowhere"));
}

TEST_CASE("F10 a maildir that belongs to another user or may not be written to is refused")
{
    if (::geteuid() == 0) {
        const auto anothers = refusal_of([](const auto& path) {
            std::filesystem::create_directory(path);
            for (const auto* const part : {"tmp", "new", "cur"}) std::filesystem::create_directory(path / part);
            REQUIRE(::chown(path.c_str(), 65534, 65534) == 0);
            REQUIRE(::chmod(path.c_str(), 0777) == 0);
        });
        CHECK(anothers.status == ExitStatus::config);
        CHECK(anothers.says("belongs to user 65534; run popfetch as that user"));
        return;
    }
    const auto closed = refusal_of([](const auto& path) {
        for (const auto* const part : {"tmp", "new", "cur"}) std::filesystem::create_directories(path / part);
        REQUIRE(::chmod((path / "new").c_str(), 0500) == 0);
    });
    CHECK(closed.status == ExitStatus::config);
    CHECK(closed.says("may not be written to"));
}

TEST_CASE("F09 a name that is taken in new is given a number and nothing is replaced")
{
    MaildirStand stand;
    auto target = stand.start();
    const auto receipts = stage(*target, {message});
    put_text(receipts[0].place, "somebody else's\n");
    const auto outcomes = target->publish(receipts);
    CHECK(all_are(outcomes, Outcome::Kind::published));
    CHECK(outcomes[0].place != receipts[0].place);
    CHECK(text_of(outcomes[0].place) == message);
    CHECK(text_of(receipts[0].place) == "somebody else's\n");
}

TEST_CASE("F09 a letter that was purged from tmp is lost and said to be")
{
    MaildirStand stand;
    auto target = stand.start();
    const auto receipts = stage(*target, {message, "second\n"});
    std::filesystem::remove(stand.maildir() / "tmp" / names_in(stand.maildir() / "tmp")[0]);
    const auto outcomes = target->publish(receipts);
    CHECK(std::ranges::count(outcomes, Outcome::Kind::lost, &Outcome::kind) == 1);
    CHECK(stand.delivered().size() == 1);
}

TEST_CASE("F09 F16 a rename that fails for other reasons stops everything with the right status")
{
    const auto failure_with = [](int error) {
        MaildirStand stand;
        auto target = stand.start();
        const auto receipts = stage(*target, {message});
        const Faults faults{{.at = 1, .error = error, .only = FileCall::rename}};
        return failure_of([&] { target->publish(receipts); });
    };
    CHECK(failure_with(EXDEV).status == ExitStatus::config);
    CHECK(failure_with(EXDEV).says("is not on the same file system as"));
    CHECK(failure_with(EPERM).status == ExitStatus::io);
    CHECK(failure_with(EIO).status == ExitStatus::io);
    CHECK(failure_with(ENOSPC).status == ExitStatus::temporary);
    CHECK(failure_with(ESTALE).status == ExitStatus::temporary);
}

TEST_CASE("F16 a rename that reports an error and was done all the same counts as done")
{
    MaildirStand stand;
    auto target = stand.start();
    const auto receipts = stage(*target, {message});
    const Faults faults{{.at = 1, .error = EIO, .only = FileCall::rename, .done_anyway = true}};
    CHECK(all_are(target->publish(receipts), Outcome::Kind::published));
    CHECK(stand.delivered() == std::vector{message});
}

TEST_CASE("Where a file system cannot rename without replacing a link does it")
{
    MaildirStand stand;
    auto target = stand.start();
    const auto receipts = stage(*target, {message, "second\n"});
    const Faults faults{{.at = 1, .error = EINVAL, .sticky = true, .only = FileCall::rename}};
    CHECK(all_are(target->publish(receipts), Outcome::Kind::published));
    CHECK(stand.delivered().size() == 2);
    CHECK(names_in(stand.maildir() / "tmp").empty());
}

TEST_CASE("A crash between that link and the removal of the old name is put right")
{
    MaildirStand stand;
    const auto receipts = stage(*stand.start(), {message});
    const auto in_tmp = stand.maildir() / "tmp" / names_in(stand.maildir() / "tmp")[0];
    std::filesystem::create_hard_link(in_tmp, receipts[0].place);
    CHECK(all_are(stand.start(receipts)->publish(receipts), Outcome::Kind::published));
    CHECK(stand.delivered() == std::vector{message});
    CHECK(names_in(stand.maildir() / "tmp").empty());
}

TEST_CASE("What a reader has moved to cur and flagged is not delivered again")
{
    MaildirStand stand;
    auto target = stand.start();
    const auto receipts = stage(*target, {message, "second\n", "third\n"});
    const auto outcomes = target->publish(receipts);
    const auto flagged =
        stand.maildir() / "cur" / (std::filesystem::path{outcomes[0].place}.filename().string() + ":2,RS");
    std::filesystem::rename(outcomes[0].place, flagged);
    std::filesystem::rename(outcomes[1].place,
                            stand.maildir() / "cur" / std::filesystem::path{outcomes[1].place}.filename());

    const auto again = stand.start(receipts)->publish(receipts);
    CHECK(all_are(again, Outcome::Kind::published));
    CHECK(again[0].place == flagged);
    CHECK(stand.delivered().size() == 3);
}

TEST_CASE("What a reader has taken away is lost rather than believed to be there")
{
    MaildirStand stand;
    auto target = stand.start();
    const auto receipts = stage(*target, {message});
    std::filesystem::remove(target->publish(receipts)[0].place);
    CHECK(all_are(stand.start(receipts)->publish(receipts), Outcome::Kind::lost));
}

TEST_CASE("F02 a failed sync is not tried again and its letters leave nothing")
{
    // The first is synced alone; the others side by side, each of them once.
    const auto [at, most] = GENERATE(table<unsigned, unsigned>({{1, 1}, {2, 3}, {3, 3}}));
    MaildirStand stand;
    auto target = stand.start();
    const auto before = stand.traces();
    {
        auto letters = write(*target, {message, "second\n", "third\n"});
        const Faults faults{{.at = at, .error = EIO, .only = FileCall::sync_file}};
        const auto failure = failure_of([&] { target->stage(letters); });
        CHECK(failure.status == ExitStatus::io);
        CHECK(failure.says("could not sync it"));
        CHECK(faults.calls() <= most);
    }
    CHECK(stand.traces() == before);
}

TEST_CASE("F02 an error that only close reports is an error")
{
    MaildirStand stand;
    auto target = stand.start();
    const auto before = stand.traces();
    {
        auto letters = write(*target, {message});
        const Faults faults{{.at = 1, .error = EDQUOT, .only = FileCall::close}};
        CHECK(failure_of([&] { target->stage(letters); }).is_temporary());
    }
    CHECK(stand.traces() == before);
}

TEST_CASE("F03 a failing sync of new leaves the receipts promised and the next run settles them")
{
    MaildirStand stand;
    auto target = stand.start();
    const auto receipts = stage(*target, {message});
    {
        const Faults faults{{.at = 1, .error = EIO, .only = FileCall::sync_folder}};
        CHECK(failure_of([&] { target->publish(receipts); }).status == ExitStatus::io);
    }
    const Faults faults{{.at = 0, .only = FileCall::sync_folder}};
    CHECK(all_are(stand.start(receipts)->publish(receipts), Outcome::Kind::published));
    CHECK(faults.calls() > 0); // the name is not believed to be durable
    CHECK(stand.delivered() == std::vector{message});
}

TEST_CASE("Every file is durable before the folder is synced and the folder before a receipt is given")
{
    MaildirStand stand;
    auto target = stand.start();
    auto letters = write(*target, {message, "second\n", "third\n"});
    {
        const Faults faults{{.at = 0}};
        const auto receipts = target->stage(letters);
        CHECK(Faults::log() == "cwcwcwsxsxsxSx");
        letters.clear();
    }
    {
        auto more = target->stage(write(*target, {message, "second\n"}));
        const Faults faults{{.at = 0}};
        target->publish(more);
        CHECK(Faults::log() == "rrSx"); // made visible one by one, durable all at once
    }
}

TEST_CASE("F07 a promised letter that is no longer whole is lost and never shown")
{
    MaildirStand stand;
    const auto receipts = stage(*stand.start(), {message});
    std::filesystem::resize_file(stand.maildir() / "tmp" / names_in(stand.maildir() / "tmp")[0], 3);
    CHECK(all_are(stand.start(receipts)->publish(receipts), Outcome::Kind::lost));
    CHECK(stand.delivered().empty());
}

TEST_CASE("F17 a limit on file sizes is an error and no death by signal")
{
    const int status = exit_status_of([] {
        ::signal(SIGXFSZ, SIG_IGN); // as base::catch_signals() sees to in the program
        MaildirStand stand;
        auto target = stand.start();
        const rlimit limit{100000, 100000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const auto failure = failure_of([&] { stage(*target, {std::string(200000, 'x')}); });
        return failure.kind == "file.too_large" && names_in(stand.maildir() / "tmp").empty() ? 0 : 1;
    });
    CHECK(status == 0);
}

TEST_CASE("F14 files of other programs in tmp are left alone")
{
    MaildirStand stand;
    stand.start();
    put_text(stand.maildir() / "tmp" / "1795248900.4711.host", "half a mess");
    stand.start();
    CHECK(names_in(stand.maildir() / "tmp").size() == 1);
}

TEST_CASE("S03 mail that lies here from before is found by account with its time")
{
    MaildirStand stand;
    auto target = stand.start();
    CHECK(!target->newest_earlier_mail("work"));
    const auto outcomes = target->publish(stage(*target, {message}));
    CHECK(stand.start()->newest_earlier_mail("work") == envelope().received);
    CHECK(!target->newest_earlier_mail("home"));

    const auto moved =
        stand.maildir() / "cur" / (std::filesystem::path{outcomes[0].place}.filename().string() + ":2,S");
    std::filesystem::rename(outcomes[0].place, moved);
    CHECK(target->newest_earlier_mail("work"));
    std::filesystem::remove(moved);
    CHECK(!target->newest_earlier_mail("work"));
}

TEST_CASE("A receipt of another kind of target is lost and not an error")
{
    MaildirStand stand;
    const std::vector<delivery::Receipt> foreign{{"", "mbox 2026.x 4711 0 100"},
                                                 {"", ""},
                                                 {"", "maildir ../etc/passwd 5"},
                                                 {"", "maildir .hidden 5"},
                                                 {"", "maildir name five"}};
    auto target = stand.start(foreign);
    CHECK(all_are(target->publish(foreign), Outcome::Kind::lost));
}

TEST_CASE("P15 a large message passes through a bounded amount of memory")
{
    MaildirStand stand;
    auto target = stand.start();
    const std::string piece(65536, 'x');
    const auto before = resident_octets();
    auto letter = target->begin(envelope());
    constexpr std::size_t pieces = 1024; // 64 MiB
    for (std::size_t i = 0; i < pieces; ++i) letter->write(piece);
    CHECK(letter->size() == pieces * piece.size());
    CHECK(resident_octets() < before + (16U << 20U));
}

TEST_CASE("Many small messages that wait take a bounded amount of memory")
{
    MaildirStand stand;
    auto target = stand.start();
    const std::string small(40000, 'x');
    Letters letters;
    for (std::size_t i = 0; i < 500; ++i) { // 20 MB
        letters.push_back(target->begin(envelope(i + 1, small.size())));
        letters.back()->write(small);
    }
    const auto in_files = names_in(stand.maildir() / "tmp").size();
    CHECK(in_files > 350); // about 5 MiB of them in memory
    CHECK(in_files < 500);
    CHECK(all_are(target->publish(target->stage(letters)), Outcome::Kind::published));
    CHECK(names_in(stand.maildir() / "new").size() == 500);
}
