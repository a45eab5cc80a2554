#include "support/catch.hpp"

#include <csignal>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <popfetch/base/file.hpp>
#include <popfetch/config/account.hpp>

#include "config/command.hpp"
#include "environment.hpp"
#include "support/temp_folder.hpp"

using popfetch::config::CommandLimits;
using popfetch::config::first_line_of_command;
using popfetch::test::TempFolder;
using popfetch::tests::Variable;
namespace config = popfetch::config;
namespace base = popfetch::base;

namespace {

std::vector<std::string> shell(const std::string& script) { return {"/bin/sh", "-c", script}; }

std::string printed(const std::vector<std::string>& argv, const CommandLimits& limits = {})
{
    return std::string{first_line_of_command(argv, "password_command", limits).reveal()};
}

std::string complaint(const std::vector<std::string>& argv, const CommandLimits& limits = {})
{
    try {
        first_line_of_command(argv, "password_command", limits);
    } catch (const config::Invalid& error) {
        CHECK(error.kind() == "config.secret");
        return error.what();
    }
    return {};
}

const std::string begun = "password_command \"/bin/sh\" ";

CommandLimits short_time()
{
    CommandLimits limits;
    limits.time = std::chrono::milliseconds{200};
    return limits;
}

}

TEST_CASE("C05 the first line of a command is the password whatever its end is")
{
    CHECK(printed(shell("printf 'hunter2\\n'")) == "hunter2");
    CHECK(printed(shell("printf hunter2")) == "hunter2");
    CHECK(printed(shell("printf 'hunter2\\r\\n'")) == "hunter2");
    CHECK(printed(shell("printf ' a  b \\n'")) == " a  b ");
    CHECK(printed(shell("printf 'hunter2\\nlogin: alice\\nurl: x\\n'")) == "hunter2");
}

TEST_CASE("Arguments reach a command as they are")
{
    CHECK(printed({"printf", "%s", "$HOME `id` $(id) 'x'"}) == "$HOME `id` $(id) 'x'");
}

TEST_CASE("C05 a command that fails is told with its status and the last line of its complaint")
{
    CHECK(complaint(shell("exit 1")) == begun + "failed with exit status 1");
    CHECK(complaint(shell("echo hunter2; exit 2")) == begun + "failed with exit status 2");
    CHECK(complaint(shell("echo first >&2; echo 'gpg: no key' >&2; exit 2")) ==
          begun + "failed with exit status 2: \"gpg: no key\"");
    CHECK(complaint(shell("printf 'a\\033[2Jb\\n' >&2; exit 1")) ==
          begun + "failed with exit status 1: \"a\\x1b[2Jb\"");
    CHECK(complaint(shell("kill -9 $$")) == begun + "was killed by signal 9");
}

TEST_CASE("C05 a complaint that holds what was printed is not shown")
{
    CHECK(complaint(shell("echo hunter2; echo 'set -x: hunter2' >&2; exit 1")) ==
          begun + "failed with exit status 1: what it complains of is not shown");
}

TEST_CASE("C11 messages name the program and no argument")
{
    const auto told = complaint({"/bin/sh", "-c", "exit 1", "hunter2"});
    CHECK(told.find("hunter2") == std::string::npos);
}

TEST_CASE("C05 output that cannot be a password is refused")
{
    CHECK(complaint(shell(":")) == "the output of " + begun + "has nothing to read");
    CHECK(complaint(shell("echo; echo hunter2")) == "the output of " + begun + "has an empty first line");
    CHECK(complaint(shell("printf 'a\\rb\\n'")) ==
          "the output of " + begun + "has a CR or NUL in its first line, which POP3 cannot carry");
    CHECK(complaint(shell("printf 'a\\000b\\n'")) ==
          "the output of " + begun + "has a CR or NUL in its first line, which POP3 cannot carry");
}

TEST_CASE("C05 a first line of 16 KiB is read and a longer one is refused")
{
    const auto line_of = [](int size) { return shell("printf %0" + std::to_string(size) + "d 0; echo"); };
    CHECK(printed(line_of(16384)).size() == 16384);
    CHECK(complaint(line_of(16385)) == "the output of " + begun + "has a first line of more than 16384 octets");
    CHECK(complaint(line_of(100'000)) == "the output of " + begun + "has a first line of more than 16384 octets");
}

TEST_CASE("C05 a command that floods is killed")
{
    CHECK(complaint(shell("while :; do echo hunter2hunter2hunter2hunter2hunter2; done")) ==
          begun + "printed more than 1048576 octets and was killed");
    CHECK(complaint(shell("while :; do echo hunter2hunter2hunter2hunter2hunter2 >&2; done")) ==
          begun + "printed more than 1048576 octets and was killed");
    CHECK(printed(shell("echo hunter2; i=0; while [ $i -lt 2000 ]; do echo more; i=$((i+1)); done")) == "hunter2");
}

TEST_CASE("C05 a command that hangs is killed with all that it started")
{
    // Whoever of them lives holds the pipe open.
    const TempFolder folder;
    const auto held = (folder / "held").string();
    REQUIRE(::mkfifo(held.c_str(), 0600) == 0);
    const base::Fd end{::open(held.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
    const auto script = "exec 3>" + held + "; sleep 1000 & echo started >&3; wait";
    CommandLimits limits = short_time();
    std::string said;
    for (; said.empty(); limits.time *= 2) { // a busy machine may need longer than that to come to the point
        CHECK(complaint(shell(script), limits).find(" s and was killed") != std::string::npos);
        REQUIRE(::fcntl(end.get(), F_SETFL, 0) == 0);
        said = base::read_all(end.get(), held, 100);
    }
    CHECK(said == "started\n");
}

TEST_CASE("C05 a command that says its line and then hangs has not answered")
{
    CHECK(complaint(shell("echo hunter2; exec sleep 1000"), short_time()).find("has not ended") != std::string::npos);
    CHECK(complaint(shell("exec >&- 2>&-; exec sleep 1000"), short_time()).find("has not ended") != std::string::npos);
}

TEST_CASE("An agent that a command leaves behind with its output open is not waited for")
{
    const TempFolder folder;
    const auto pid_file = (folder / "pid").string();
    CHECK(printed(shell("sleep 1000 & echo $! >" + pid_file + "; echo hunter2")) == "hunter2");
    pid_t agent = 0;
    std::ifstream{pid_file} >> agent;
    REQUIRE(agent > 1);
    CHECK(::kill(agent, SIGKILL) == 0);
}

TEST_CASE("A program that is not there is told")
{
    CHECK(complaint({"/nowhere/at/all"}) ==
          "password_command \"/nowhere/at/all\" cannot be started: /nowhere/at/all: no such file or directory");
    CHECK(
        complaint({"no-such-program-here"}) ==
        "password_command \"no-such-program-here\" cannot be started: no-such-program-here: no such file or directory");
}

TEST_CASE("C10 programs are looked for in the absolute folders of PATH alone")
{
    const TempFolder folder;
    const auto program = folder / "popfetch-test-secret";
    popfetch::test::put_text(program, "#!/bin/sh\necho hunter2\n");
    REQUIRE(::chmod(program.c_str(), 0700) == 0);
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path());
    {
        const Variable path{"PATH", ".::/nowhere"};
        CHECK_FALSE(complaint({"popfetch-test-secret"}).empty());
    }
    {
        const Variable path{"PATH", ":relative:" + folder.path().string() + ":/usr/bin:/bin"};
        CHECK(printed({"popfetch-test-secret"}) == "hunter2");
        CHECK(printed({"/bin/sh", "-c", "echo \"$PATH\""}) == folder.path().string() + ":/usr/bin:/bin");
    }
    std::filesystem::current_path(before);
}

TEST_CASE("C10 a command gets a clean environment")
{
    const Variable preload{"LD_LIBRARY_PATH", "/evil"};
    const Variable shell_start{"ENV", "/evil"};
    const Variable password{"SOME_PASSWORD", "hunter2"};
    const Variable agent{"SSH_AUTH_SOCK", "/run/agent"};
    const Variable store{"PASSWORD_STORE_DIR", "/home/alice/store"};
    const Variable language{"LC_ALL", "C.UTF-8"};
    CHECK(printed(shell("echo \"$LD_LIBRARY_PATH|$ENV|$SOME_PASSWORD|$SSH_AUTH_SOCK|$PASSWORD_STORE_DIR|$LC_ALL\"")) ==
          "|||/run/agent|/home/alice/store|C.UTF-8");
}

TEST_CASE("A command reads nothing from us and has none of our files open")
{
    int ends[2];
    REQUIRE(::pipe(ends) == 0); // without close-on-exec, as a careless parent leaves them
    CHECK(printed(shell("cat; echo end")) == "end");
    CHECK(printed(shell("for f in 3 4 5 6 7 8 9; do if [ -e /proc/self/fd/$f ] && [ -e /proc/$$/fd/$f ]; then echo "
                        "open $f; fi; done; echo end")) == "end");
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("A command has the usual signals and a process group of its own")
{
    ::signal(SIGTERM, SIG_IGN);
    CHECK(complaint(shell("kill -TERM $$; echo alive")) == begun + "was killed by signal 15");
    ::signal(SIGTERM, SIG_DFL);
    CHECK(printed(shell("kill -0 -$$ && echo own")) == "own"); // there is a group of its number
}
