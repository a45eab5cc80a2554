#include "support/catch.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <popfetch/base/fd.hpp>

using popfetch::base::Fd;

namespace {

int opened() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }
bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

}

TEST_CASE("a descriptor closes itself and keeps errno")
{
    const int number = opened();
    {
        const Fd fd{number};
        CHECK(fd);
        CHECK(fd.get() == number);
        errno = ENOSPC;
    }
    CHECK(errno == ENOSPC);
    CHECK_FALSE(is_open(number));
}

TEST_CASE("moving a descriptor leaves one owner")
{
    const int first = opened();
    const int second = opened();
    Fd a{first};
    Fd b{second};
    a = std::move(b);
    CHECK_FALSE(is_open(first));
    CHECK(a.get() == second);
    CHECK(b.get() == -1); // NOLINT(bugprone-use-after-move): the state after a move is promised
    Fd& same = a;
    a = std::move(same);
    CHECK(is_open(second));
    const Fd c{std::move(a)};
    CHECK(c.get() == second);
}

TEST_CASE("a released descriptor stays open")
{
    Fd fd{opened()};
    const int number = fd.release();
    fd.reset();
    REQUIRE(is_open(number));
    ::close(number);
}

TEST_CASE("closing tells the errno once")
{
    Fd fd{opened()};
    CHECK(fd.close() == 0);
    CHECK_FALSE(fd);
    CHECK(fd.close() == 0);
    Fd stale{1 << 20}; // never open: what close(2) says is handed on
    CHECK(stale.close() == EBADF);
}
