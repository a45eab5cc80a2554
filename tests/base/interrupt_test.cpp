#include "support/catch.hpp"
#include "support/child.hpp"

#include <cerrno>
#include <csignal>
#include <initializer_list>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <popfetch/base/error.hpp>
#include <popfetch/base/fd.hpp>
#include <popfetch/base/interrupt.hpp>

using namespace popfetch;
using test::exit_status_of;

namespace {

bool wake_is_readable()
{
    pollfd waiting{base::wake_descriptor(), POLLIN, 0};
    return ::poll(&waiting, 1, 0) == 1;
}

bool throws_interrupted()
{
    try {
        base::throw_if_interrupted();
    } catch (const base::Interrupted&) {
        return true;
    }
    return false;
}

// Runs `sh -c script` in this process's place: what a program that we start finds.
int become_shell(const char* script)
{
    ::execl("/bin/sh", "sh", "-c", script, static_cast<char*>(nullptr));
    return 98;
}

}

TEST_CASE("without handlers nothing is ever interrupted")
{
    CHECK(base::wake_descriptor() == -1);
    CHECK(base::interrupt_signal() == 0);
    CHECK_NOTHROW(base::throw_if_interrupted());
}

TEST_CASE("N12 a signal sets the flag and wakes whoever waits for as long as it stands")
{
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        CHECK(exit_status_of([signal] {
                  base::catch_signals();
                  if (base::interrupt_signal() != 0 || wake_is_readable() || throws_interrupted()) return 1;
                  std::raise(signal);
                  if (base::interrupt_signal() != signal || !throws_interrupted()) return 2;
                  return wake_is_readable() && wake_is_readable() ? 0 : 3;
              }) == 0);
    }
}

TEST_CASE("N12 a second signal ends the process on the spot with its status")
{
    const auto after_two = [](int first, int second) {
        return test::wait_status_of([=] {
            base::catch_signals();
            std::raise(first);
            std::raise(second);
            return 1;
        });
    };
    CHECK(WEXITSTATUS(after_two(SIGINT, SIGINT)) == 130);
    CHECK(WEXITSTATUS(after_two(SIGINT, SIGTERM)) == 143);
    CHECK(WEXITSTATUS(after_two(SIGTERM, SIGHUP)) == 143);
}

TEST_CASE("a signal that was ignored at the start stays ignored")
{
    CHECK(exit_status_of([] {
              std::signal(SIGHUP, SIG_IGN);
              base::catch_signals();
              std::raise(SIGHUP);
              std::raise(SIGHUP);
              return base::interrupt_signal();
          }) == 0);
}

TEST_CASE("O06 writing where nobody reads is an error and no death")
{
    CHECK(exit_status_of([] {
              base::catch_signals();
              int ends[2];
              if (::pipe(ends) != 0) return 1;
              ::close(ends[0]);
              return ::write(ends[1], "x", 1) == -1 && errno == EPIPE ? 0 : 2;
          }) == 0);
}

TEST_CASE("F17 a file that grows past the limit is an error and no death")
{
    CHECK(exit_status_of([] {
              base::catch_signals();
              const rlimit none{0, 0};
              ::setrlimit(RLIMIT_FSIZE, &none);
              const base::Fd file{::open("/tmp", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600)};
              return ::write(file.get(), "x", 1) == -1 && errno == EFBIG ? 0 : 2;
          }) == 0);
}

TEST_CASE("programs that we start have the default of every signal back")
{
    for (const char* name : {"PIPE", "XFSZ", "TERM"}) {
        const int number = exit_status_of([name] {
            base::catch_signals();
            return become_shell((std::string{"kill -s "} + name + " $$").c_str());
        });
        CHECK(number > 128);
    }
}

TEST_CASE("the wake descriptor is closed in programs that we start")
{
    CHECK(exit_status_of([] {
              base::catch_signals();
              return (::fcntl(base::wake_descriptor(), F_GETFD) & FD_CLOEXEC) != 0 ? 0 : 1;
          }) == 0);
}

TEST_CASE("catching signals twice changes nothing")
{
    CHECK(exit_status_of([] {
              base::catch_signals();
              const int first = base::wake_descriptor();
              base::catch_signals();
              return base::wake_descriptor() == first ? 0 : 1;
          }) == 0);
}
