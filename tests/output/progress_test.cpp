#include <popfetch/output/progress.hpp>

#include <array>
#include <cstdlib>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <popfetch/base/fd.hpp>

#include "screen.hpp"
#include "support/catch.hpp"

using popfetch::base::Fd;
using popfetch::output::Progress;
using popfetch::output::Screen;
using Lines = std::vector<std::string>;

namespace {

/// What was drawn so far, as bytes and as a screen.
struct Drawing {
    Fd file{::memfd_create("progress", MFD_CLOEXEC)};
    std::chrono::steady_clock::time_point now{};

    Progress::Clock clock()
    {
        return [this] { return now; };
    }
    std::string bytes() const
    {
        std::string text(static_cast<std::size_t>(::lseek(file.get(), 0, SEEK_END)), '\0');
        const auto got = ::pread(file.get(), text.data(), text.size(), 0);
        return text.substr(0, static_cast<std::size_t>(got));
    }
    Lines lines() const { return Screen{bytes()}.lines(); }
};

/// A pseudo-terminal of that size.
struct Terminal {
    Fd master{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
    Fd device;
    std::string bytes{};

    Terminal(unsigned short rows, unsigned short columns)
    {
        REQUIRE(::grantpt(master.get()) == 0);
        REQUIRE(::unlockpt(master.get()) == 0);
        device = Fd{::open(::ptsname(master.get()), O_RDWR | O_NOCTTY | O_CLOEXEC)};
        const winsize size{rows, columns, 0, 0};
        REQUIRE(::ioctl(device.get(), TIOCSWINSZ, &size) == 0);
    }

    /// What is on the screen. A mark sent behind everything tells when it has arrived.
    Lines lines()
    {
        REQUIRE(::write(device.get(), "#", 1) == 1);
        std::array<char, 4096> buffer{};
        pollfd readable{master.get(), POLLIN, 0};
        while (!bytes.ends_with('#') && ::poll(&readable, 1, 10'000) == 1) {
            const auto got = ::read(master.get(), buffer.data(), buffer.size());
            if (got <= 0) break;
            bytes.append(buffer.data(), static_cast<std::size_t>(got));
        }
        REQUIRE(bytes.ends_with('#'));
        bytes.pop_back();
        return Screen{bytes}.lines();
    }
};
}

TEST_CASE("accounts have one line each in their order and are silent until something is said of them")
{
    Drawing drawing;
    Progress progress{drawing.file.get(), 80, false, {"work", "isp", "home"}, drawing.clock()};
    CHECK(drawing.lines().empty());
    progress.stage(1, "logging in");
    CHECK(drawing.lines() == Lines{"isp   logging in"});
    progress.stage(0, "connecting");
    CHECK(drawing.lines() == Lines{"work  connecting", "isp   logging in"});
    progress.done(2, "home  nothing new, 1,204 kept");
    CHECK(drawing.lines() == Lines{"work  connecting", "isp   logging in", "home  nothing new, 1,204 kept"});
}

TEST_CASE("a line is rewritten in place and what was longer leaves nothing behind")
{
    Drawing drawing;
    Progress progress{drawing.file.get(), 80, false, {"work"}, drawing.clock()};
    progress.stage(0, "looking up pop.example.org");
    progress.stage(0, "logging in");
    CHECK(drawing.lines() == Lines{"work  logging in"});
}

TEST_CASE("the bar follows what was received and reckons the rate from the clock")
{
    Drawing drawing;
    Progress progress{drawing.file.get(), 80, false, {"work"}, drawing.clock()};
    progress.planned(0, 4, 4096);
    CHECK(drawing.lines() == Lines{"work  ──────────────────────────  0/4     0 of 4.0K"});
    progress.finished_message(0);
    drawing.now += std::chrono::seconds{1};
    progress.received(0, 1024);
    CHECK(drawing.lines() == Lines{"work  ━━━━━━╸───────────────────  1/4  1.0K of 4.0K  1.0K/s  0:03"});
}

TEST_CASE("numbers are redrawn ten times a second at most")
{
    Drawing drawing;
    Progress progress{drawing.file.get(), 80, false, {"work"}, drawing.clock()};
    progress.planned(0, 1000, 1000);
    const auto before = drawing.bytes().size();
    for (int i = 0; i < 500; ++i) progress.received(0, 1);
    for (int i = 0; i < 500; ++i) progress.finished_message(0);
    CHECK(drawing.bytes().size() == before);
    drawing.now += std::chrono::milliseconds{100};
    progress.received(0, 1);
    CHECK(drawing.bytes().size() > before);
    CHECK(drawing.lines().front().find(" 501 of 1000") != std::string::npos);
}

TEST_CASE("a stage takes the place of the bar until more is received")
{
    Drawing drawing;
    Progress progress{drawing.file.get(), 80, false, {"work"}, drawing.clock()};
    progress.planned(0, 2, 100);
    progress.stage(0, "deleting 12");
    CHECK(drawing.lines() == Lines{"work  deleting 12"});
    drawing.now += std::chrono::seconds{1};
    progress.received(0, 50);
    CHECK(drawing.lines().front().starts_with("work  ━━━"));
}

TEST_CASE("an account without a plan for messages keeps its stage")
{
    Drawing drawing;
    Progress progress{drawing.file.get(), 80, false, {"work"}, drawing.clock()};
    progress.stage(0, "listing");
    progress.planned(0, 0, 0);
    CHECK(drawing.lines() == Lines{"work  listing"});
}

TEST_CASE("a printed line stands above and the progress lines below it stay")
{
    Drawing drawing;
    Progress progress{drawing.file.get(), 80, false, {"work", "isp"}, drawing.clock()};
    progress.stage(0, "connecting to a host with a long name");
    progress.stage(1, "logging in");
    progress.print("popfetch: work: message 7: refused");
    progress.print("second");
    CHECK(drawing.lines() == Lines{"popfetch: work: message 7: refused", "second",
                                   "work  connecting to a host with a long name", "isp   logging in"});
}

TEST_CASE("at the end only printed and final lines are left and the cursor stands below them")
{
    Drawing drawing;
    {
        Progress progress{drawing.file.get(), 80, false, {"work", "isp", "home"}, drawing.clock()};
        progress.stage(0, "connecting");
        progress.stage(1, "logging in");
        progress.print("popfetch: isp: login refused");
        progress.done(2, "home  nothing new");
        progress.done(1, "");
        CHECK(drawing.lines() == Lines{"popfetch: isp: login refused", "work  connecting", "home  nothing new"});
    }
    CHECK(drawing.lines() == Lines{"popfetch: isp: login refused", "home  nothing new"});
    CHECK(Screen{drawing.bytes()}.cursor_row() == 2);
}

TEST_CASE("progress of which nothing was said draws nothing at all")
{
    Drawing drawing;
    {
        const Progress progress{drawing.file.get(), 80, false, {"work"}, drawing.clock()};
    }
    CHECK(drawing.bytes().empty());
}

TEST_CASE("live lines are cut to the terminal and final ones are left whole")
{
    Drawing drawing;
    {
        Progress progress{drawing.file.get(), 20, false, {"work"}, drawing.clock()};
        progress.stage(0, "looking up pop.example.org");
        CHECK(drawing.lines() == Lines{"work  looking up p…"});
        progress.done(0, "work  410 new (24.1M) to ~/Mail/work");
        CHECK(drawing.lines() == Lines{"work  410 new (24.…"});
    }
    CHECK(drawing.lines() == Lines{"work  410 new (24.1M) to ~/Mail/work"});
}

TEST_CASE("O01 a stage with control characters is shown and not obeyed")
{
    Drawing drawing;
    Progress progress{drawing.file.get(), 80, false, {"work"}, drawing.clock()};
    progress.stage(0, "\x1b[2J");
    CHECK(drawing.lines() == Lines{"work  \\x1b[2J"});
}

TEST_CASE("more accounts than rows leave only those under way and say how many are not shown")
{
    Drawing drawing;
    Terminal terminal{5, 40};
    {
        Progress progress{terminal.device.get(), 80, false, {"a", "b", "c", "d", "e", "f"}, drawing.clock()};
        for (std::size_t account = 0; account < 6; ++account) progress.stage(account, "logging in");
        progress.done(0, "a  nothing new");
        CHECK(terminal.lines() == Lines{"b  logging in", "c  logging in", "d  logging in", "… and 3 more"});
        for (std::size_t account = 1; account < 6; ++account) progress.done(account, "");
    }
    CHECK(terminal.lines() == Lines{"a  nothing new"});
}

TEST_CASE("colour is used only where it is wanted")
{
    Drawing plain, colored;
    Progress without{plain.file.get(), 80, false, {"work"}, plain.clock()};
    Progress with{colored.file.get(), 80, true, {"work"}, colored.clock()};
    without.stage(0, "logging in");
    with.stage(0, "logging in");
    CHECK(plain.bytes().find("\x1b[2m") == std::string::npos);
    CHECK(colored.bytes().find("\x1b[2m") != std::string::npos);
    CHECK(plain.lines() == colored.lines());
}

TEST_CASE("O06 a terminal that is gone is left alone")
{
    Drawing drawing;
    const Fd closed{::open("/dev/full", O_WRONLY | O_CLOEXEC)};
    REQUIRE(closed);
    Progress progress{closed.get(), 80, false, {"work"}, drawing.clock()};
    CHECK_NOTHROW(progress.stage(0, "logging in"));
    CHECK_NOTHROW(progress.print("a line"));
    CHECK_NOTHROW(progress.done(0, "work  done"));
}

TEST_CASE("accounts that run side by side do not mix their lines")
{
    Drawing drawing;
    {
        Progress progress{drawing.file.get(), 80, false, {"a", "b", "c", "d"}};
        std::vector<std::thread> threads;
        for (std::size_t account = 0; account < 4; ++account) {
            threads.emplace_back([&progress, account] {
                progress.stage(account, "logging in");
                progress.planned(account, 100, 1000);
                for (int i = 0; i < 100; ++i) {
                    progress.received(account, 10);
                    progress.finished_message(account);
                }
                progress.done(account, std::string(1, static_cast<char>('a' + account)) + "  100 new");
            });
        }
        for (std::thread& thread : threads) thread.join();
    }
    CHECK(drawing.lines() == Lines{"a  100 new", "b  100 new", "c  100 new", "d  100 new"});
}
