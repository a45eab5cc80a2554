#include "support/catch.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <popfetch/base/child.hpp>
#include <popfetch/base/error.hpp>

#include "support/temp_folder.hpp"

using namespace popfetch;
using namespace std::chrono_literals;
using base::Child;
using base::Program;

namespace {

Program shell(const std::string& script) { return {"/bin/sh", {"sh", "-c", script}, {"PATH=/usr/bin:/bin"}}; }

void wait_for_end(const Child& child) { REQUIRE(child.wait_until(std::chrono::steady_clock::now() + 20s)); }

// What the script prints, read to the end of the pipe.
std::string printed_by(Program program)
{
    base::Pipe pipe;
    program.output = pipe.write.get();
    const Child child{program};
    pipe.write.reset();
    std::string text;
    char bytes[4096];
    for (ssize_t count = 0; (count = ::read(pipe.read.get(), bytes, sizeof bytes)) > 0;)
        text.append(bytes, static_cast<std::size_t>(count));
    wait_for_end(child);
    return text;
}

}

TEST_CASE("how a program ended is known and stays known")
{
    const Child good{shell("exit 0")}, bad{shell("exit 7")}, killed{shell("kill -9 $$")};
    for (const auto* child : {&good, &bad, &killed}) wait_for_end(*child);
    CHECK(good.ending()->number == 0);
    CHECK(bad.ending()->number == 7);
    CHECK_FALSE(bad.ending()->by_signal);
    CHECK(killed.ending()->number == SIGKILL);
    CHECK(killed.ending()->by_signal);
    CHECK(bad.ending()->number == 7);
}

TEST_CASE("a program that cannot be run is an error here and not an exit status")
{
    const auto error_of = [](const base::Path& file) {
        try {
            const Child child{{file, {"x"}}};
        } catch (const base::SystemError& error) {
            return error.error_number();
        }
        return 0;
    };
    CHECK(error_of("/nowhere/at/all") == ENOENT);
    CHECK(error_of("/") == EACCES);
}

TEST_CASE("a program gets the environment it is given and empty standard input")
{
    auto program = shell("cat; printf '%s' \"$GREETING$HOME\"");
    program.environment.emplace_back("GREETING=hello");
    CHECK(printed_by(program) == "hello");
}

TEST_CASE("C05 a program inherits no descriptor but the three")
{
    const base::Fd careless{::open("/dev/null", O_RDONLY)}; // as a library might, without close-on-exec
    CHECK(printed_by(shell("ls /proc/self/fd | tr '\\n' ' '")) == "0 1 2 3 "); // 3: the folder that ls reads
}

TEST_CASE("a signal that we ignore is not ignored in a program")
{
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    const Child child{shell("kill -PIPE $$; exit 0")};
    wait_for_end(child);
    CHECK(child.ending()->by_signal);
    CHECK(child.ending()->number == SIGPIPE);
    std::signal(SIGPIPE, before);
}

TEST_CASE("a program that will not end is ended with its children")
{
    base::Pipe pipe;
    auto program = shell("trap '' TERM; (trap '' TERM; sleep 100) & sleep 100");
    program.output = pipe.write.get();
    {
        Child child{program};
        pipe.write.reset();
        child.end(10ms);
        CHECK(child.ending()->by_signal);
    }
    char byte = 0;
    CHECK(::read(pipe.read.get(), &byte, 1) == 0); // nobody holds the other end any more
}

TEST_CASE("an object that goes kills what still runs and leaves alone what an ended program left behind")
{
    base::Pipe running, left;
    auto program = shell("sleep 100");
    program.output = running.write.get();
    {
        const Child child{program};
        running.write.reset();
    }
    char byte = 0;
    CHECK(::read(running.read.get(), &byte, 1) == 0);

    program = shell("(read line; echo still here) <&2 & exit 0");
    base::Pipe to_it;
    program.output = left.write.get();
    program.errors = to_it.read.get(); // the only descriptor that is left to speak through
    {
        const Child child{program};
        wait_for_end(child);
    }
    left.write.reset();
    REQUIRE(::write(to_it.write.get(), "go\n", 3) == 3);
    CHECK(::read(left.read.get(), &byte, 1) == 1);
}

TEST_CASE("C10 programs are looked for in absolute folders only")
{
    const test::TempFolder folder;
    const auto program = folder.path() / "tool";
    std::ofstream{program} << "#!/bin/sh\n";
    CHECK_FALSE(base::find_program("tool", folder.path().native())); // not executable
    ::chmod(program.c_str(), 0700);
    CHECK(base::find_program("tool", "/nowhere::" + folder.path().native()) == program);
    CHECK(base::find_program(program.native(), "") == program);
    CHECK_FALSE(base::find_program("sh", "bin:."));
    CHECK_FALSE(base::find_program("sh", ""));
}
