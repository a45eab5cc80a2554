#include "support/catch.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>

#include <popfetch/net/dial.hpp>

#include "support/errors.hpp"
#include "support/temp_folder.hpp"

using namespace std::chrono_literals;
namespace net = popfetch::net;
namespace test = popfetch::test;
using net::Deadline;
using test::failure_of;

namespace {

net::DialOptions by(std::vector<std::string> argv)
{
    net::DialOptions options;
    options.host = "pop.example.org";
    options.port = 995;
    options.proxy = net::TunnelCommand{std::move(argv)};
    return options;
}

/// A command written for the shell, which the test, not the product, asks for.
net::DialOptions by_script(const std::string& script) { return by({"/bin/sh", "-c", script}); }

std::unique_ptr<net::Stream> open(const net::DialOptions& options) { return net::dial(options, Deadline::in(20s)); }

std::string read_all(net::Stream& stream)
{
    std::string all;
    char bytes[4096];
    while (const auto count = stream.read_some(bytes, Deadline::in(20s))) all.append(bytes, count);
    return all;
}

std::string read_line(net::Stream& stream)
{
    std::string line;
    char byte = 0;
    while (!line.ends_with('\n') && stream.read_some({&byte, 1}, Deadline::in(20s)) == 1) line += byte;
    return line;
}

bool is_alive(pid_t pid) { return kill(pid, 0) == 0; }

/// Alive and not merely waiting to be reaped by init.
bool is_running(pid_t pid)
{
    std::ifstream state{"/proc/" + std::to_string(pid) + "/stat"};
    std::string fields;
    std::getline(state, fields);
    return !fields.empty() && fields.find(") Z ") == std::string::npos;
}

}

TEST_CASE("A command speaks to the server on its standard input and output")
{
    const auto stream = open(by({"cat"}));
    stream->write_all("+OK echo\r\n", Deadline::in(20s));
    CHECK(read_line(*stream) == "+OK echo\r\n");
    CHECK(stream->peer() == "pop.example.org:995");
    CHECK(stream->local());
    CHECK(stream->descriptor() >= 0);
}

TEST_CASE("Host and port are put in where an argument is nothing but their mark")
{
    CHECK(read_all(*open(by({"echo", "%h", "%p", "x%h", "%%"}))) == "pop.example.org 995 x%h %%\n");
}

TEST_CASE("No shell looks at the arguments")
{
    CHECK(read_all(*open(by({"echo", "$HOME; `id` > /x"}))) == "$HOME; `id` > /x\n");
}

TEST_CASE("A host that looks like an option never reaches the command")
{
    auto options = by({"echo", "%h"});
    options.host = "-oProxyCommand=x";
    CHECK(failure_of([&] { open(options); }).kind == "net.unknown_host");
}

TEST_CASE("A command that cannot be run is named with the reason")
{
    const auto failure = failure_of([] { open(by({"/nonexistent/tunnel"})); });
    CHECK(failure.kind == "net.proxy");
    CHECK(failure.says("pop.example.org:995: cannot run the tunnel command"));
    CHECK(failure.says("no such file or directory"));
    CHECK(failure_of([] { open(by({})); }).kind == "net.proxy");
}

TEST_CASE("A command that fails is quoted with its status and its own words")
{
    const auto failure = failure_of([] {
        const auto stream = open(by_script("printf 'ssh: no route\\033[2J\\r\\n\\nto host\\n' >&2; exit 255"));
        read_all(*stream);
    });
    CHECK(failure.kind == "net.proxy");
    CHECK(failure.is_temporary());
    CHECK(failure.says("the tunnel command /bin/sh ended with status 255: \"ssh: no route\\x1b[2J / to host\""));
}

TEST_CASE("A command that ends before a single octet has failed whatever its status")
{
    CHECK(failure_of([] { read_all(*open(by({"true"}))); }).says("ended with status 0"));
}

TEST_CASE("A command that fails after having spoken has cut the line")
{
    std::string said;
    const auto failure = failure_of([&] {
        const auto stream = open(by_script("echo +OK; exit 3"));
        said = read_line(*stream);
        read_all(*stream);
    });
    CHECK(said == "+OK\n");
    CHECK(failure.says("ended with status 3"));
}

TEST_CASE("A command killed by a signal is told so")
{
    CHECK(failure_of([] { read_all(*open(by_script("kill -9 $$"))); }).says("ended with signal 9"));
}

TEST_CASE("Writing to a command that has gone tells why it has")
{
    const auto failure = failure_of([] {
        const auto stream = open(by_script("echo gone >&2; exit 1"));
        const std::string much(1 << 20, 'x');
        for (;;) stream->write_all(much, Deadline::in(20s));
    });
    CHECK(failure.says("ended with status 1: \"gone\""));
}

TEST_CASE("However much a command complains it can go on")
{
    const auto stream = open(by_script("head -c 1000000 /dev/zero >&2; echo +OK"));
    CHECK(read_line(*stream) == "+OK\n");
    CHECK(read_all(*stream).empty());
}

TEST_CASE("Of its complaints no more is shown than fits into a message")
{
    const auto failure = failure_of([] { read_all(*open(by_script("head -c 1000000 /dev/zero >&2; exit 1"))); });
    CHECK(failure.text.size() < 2000);
    CHECK(failure.says("\\x00"));
}

TEST_CASE("N05 a silent command ends with the deadline")
{
    const auto stream = open(by({"cat"}));
    char byte = 0;
    CHECK(failure_of([&] { stream->read_some({&byte, 1}, Deadline::in(10ms)); }).kind == "net.timeout");
}

TEST_CASE("The command ends with the stream and so does what it started")
{
    auto stream = open(by_script(
        "(trap '' TERM; exec sleep 1000) & echo $! $$; trap '' TERM HUP; while :; do wait; sleep 1000; done"));
    const auto line = read_line(*stream);
    const auto space = line.find(' ');
    const pid_t grandchild = std::stoi(line.substr(0, space));
    const pid_t child = std::stoi(line.substr(space));
    REQUIRE(is_alive(child));
    CHECK(getpgid(child) == child);
    stream.reset();
    CHECK_FALSE(is_alive(child));
    CHECK((waitpid(child, nullptr, WNOHANG) == -1 && errno == ECHILD)); // reaped
    const auto until = Deadline::in(20s);
    while (is_running(grandchild) && !until.passed()) std::this_thread::yield(); // the kernel takes its time
    CHECK_FALSE(is_running(grandchild));
}

TEST_CASE("The command inherits no descriptor of ours but its three")
{
    const auto stream = open(by({"ls", "/proc/self/fd"}));
    const auto listed = read_all(*stream);
    CHECK(std::count(listed.begin(), listed.end(), '\n') == 4); // the fourth is where ls looks
}

TEST_CASE("The command gets its signals as they are by default")
{
    sigset_t one, before;
    sigemptyset(&one);
    sigaddset(&one, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &one, &before);
    const auto stream = open(by({"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"}));
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    CHECK(read_line(*stream) == "SigBlk:\t0000000000000000\n");
    const auto ignored = std::stoull(read_line(*stream).substr(8), nullptr, 16);
    CHECK((ignored & 0x7fffffff) == 0); // 32 and 33 are the C library's own
}
