#include "support/catch.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>

#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/xattr.h>
#endif

#include "delivery/dotlock.hpp"
#include "delivery/names.hpp"
#include "stand.hpp"

using namespace popfetch;
using namespace popfetch::delivery;
using namespace popfetch::test;

namespace {

const std::string dead = "1073741823"; // beyond what the kernel gives

struct Box {
    TempFolder folder{fast_folder()};
    std::filesystem::path mbox = folder / "inbox";
    std::filesystem::path lock = folder / "inbox.lock";

    Dotlock::Attempt attempt() const
    {
        Dotlock dotlock;
        return dotlock.take(mbox, "mark");
    }
    /// Attempts the lock over one that another program has written.
    Dotlock::Attempt over(const std::string& content, int minutes_old) const
    {
        put_text(lock, content);
        timeval then[2] = {};
        ::gettimeofday(&then[0], nullptr);
        then[0].tv_sec -= minutes_old * 60;
        then[1] = then[0];
        ::utimes(lock.c_str(), then);
        return attempt();
    }
};

}

TEST_CASE("A dot-lock says whose it is and goes when it is given back")
{
    const Box box;
    {
        Dotlock lock;
        CHECK(lock.take(box.mbox, "mark") == Dotlock::Attempt::taken);
        CHECK(text_of(box.lock) == std::to_string(::getpid()) + " " + this_host() + " popfetch\n");
    }
    CHECK(files_below(box.folder.path()).empty());
}

#ifdef __linux__
TEST_CASE("L14 a dot-lock says whose it is in an attribute, too, for those who may not open it")
{
    const Box box;
    Dotlock lock;
    REQUIRE(lock.take(box.mbox, "mark") == Dotlock::Attempt::taken);
    std::string content(256, '\0');
    const auto octets = ::lgetxattr(box.lock.c_str(), "user.popfetch.lock", content.data(), content.size());
    if (octets < 0 && errno == ENOTSUP) {
        WARN("skipped: this file system has no attributes");
        return;
    }
    content.resize(static_cast<std::size_t>(std::max<ssize_t>(octets, 0)));
    CHECK(content == text_of(box.lock));
}
#endif

TEST_CASE("F14 a living writer is waited for however old the lock is")
{
    const Box box;
    CHECK(box.over(std::to_string(::getppid()) + "\n", 600) == Dotlock::Attempt::busy);
    CHECK(std::filesystem::exists(box.lock));
}

TEST_CASE("F14 a living popfetch is waited for though its number in the lock means nothing here")
{
    const Box box;
    Dotlock lock;
    REQUIRE(lock.take(box.mbox, "other mark") == Dotlock::Attempt::taken);
    std::ofstream{box.lock} << dead << ' ' << this_host() << " popfetch\n";
    CHECK(box.attempt() == Dotlock::Attempt::busy);
    CHECK(std::filesystem::exists(box.lock));
}

TEST_CASE("F14 the lock of a dead popfetch is taken over at once though another program has its number by now")
{
    const Box box;
    CHECK(box.over(std::to_string(::getppid()) + " " + this_host() + " popfetch\n", 0) == Dotlock::Attempt::taken);
}

TEST_CASE("F14 the lock of a dead writer is taken over after five minutes and at once when it was popfetch")
{
    const Box box;
    CHECK(box.over(dead + "\n", 1) == Dotlock::Attempt::busy);
    CHECK(box.over(dead + "\n", 10) == Dotlock::Attempt::taken);
    CHECK(box.over(dead + " " + this_host() + " popfetch\n", 0) == Dotlock::Attempt::taken);
}

TEST_CASE("F14 the lock of another host is never taken over")
{
    const Box box;
    CHECK(box.over(dead + " elsewhere.example.org popfetch\n", 600) == Dotlock::Attempt::busy);
}

TEST_CASE("F14 a lock that names nobody is taken over after five minutes")
{
    const Box box;
    CHECK(box.over("", 1) == Dotlock::Attempt::busy);
    CHECK(box.over("", 10) == Dotlock::Attempt::taken);
    CHECK(box.over("0", 10) == Dotlock::Attempt::taken); // procmail
    CHECK(box.over("garbage\n", 10) == Dotlock::Attempt::taken);
}

TEST_CASE("A lock that somebody else has put in place of ours is not given back")
{
    const Box box;
    Dotlock lock;
    REQUIRE(lock.take(box.mbox, "mark") == Dotlock::Attempt::taken);
    std::filesystem::remove(box.lock);
    put_text(box.lock, "another");
    lock.give_back();
    CHECK(text_of(box.lock) == "another");
}

TEST_CASE("What a run that was killed while taking the lock left beside it is removed")
{
    const Box box;
    put_text(box.folder / ".inbox.lock.mark", "4711 host popfetch\n");
    CHECK(box.attempt() == Dotlock::Attempt::taken);
    put_text(box.folder / ".inbox.lock.mark", "4711 host popfetch\n");
    Dotlock::clear(box.mbox, "mark");
    CHECK(files_below(box.folder.path()).empty());
}
