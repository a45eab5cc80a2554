#include "support/catch.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <popfetch/base/interrupt.hpp>
#include <popfetch/net/dial.hpp>
#include <popfetch/net/line_reader.hpp>

#include "support/child.hpp"
#include "support/errors.hpp"
#include "support/loopback.hpp"
#include "support/signal_from_elsewhere.hpp"

using namespace std::chrono_literals;
namespace net = popfetch::net;
namespace test = popfetch::test;
using net::Deadline;
using popfetch::base::Fd;
using test::failure_of;

namespace {

struct Line {
    std::unique_ptr<net::Stream> stream;
    Fd peer;
};

Line connected()
{
    std::array<int, 2> ends{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
    return {net::stream_over(ends[0], "pop.example.org:110", true), Fd{ends[1]}};
}

std::string read_once(net::Stream& stream, Deadline deadline = Deadline::in(20s))
{
    char bytes[100];
    return {bytes, stream.read_some(bytes, deadline)};
}

}

TEST_CASE("A stream takes over its descriptor and makes it non-blocking and close-on-exec")
{
    auto line = connected();
    const int descriptor = line.stream->descriptor();
    CHECK((fcntl(descriptor, F_GETFL) & O_NONBLOCK) != 0);
    CHECK((fcntl(descriptor, F_GETFD) & FD_CLOEXEC) != 0);
    line.stream.reset();
    CHECK(test::is_closed(line.peer));
}

TEST_CASE("Bytes go both ways and the end of the stream is 0")
{
    auto line = connected();
    test::say(line.peer, "+OK\r\n");
    CHECK(read_once(*line.stream) == "+OK\r\n");
    line.stream->write_all("QUIT\r\n", Deadline::in(20s));
    CHECK(test::hear(line.peer) == "QUIT\r\n");
    line.peer.reset();
    CHECK(read_once(*line.stream).empty());
    CHECK(line.stream->peer() == "pop.example.org:110");
    CHECK(line.stream->local());
    CHECK(line.stream->tls() == nullptr);
}

TEST_CASE("N05 silence ends with the deadline and says for how long it lasted")
{
    const auto line = connected();
    const auto failure = failure_of([&] { read_once(*line.stream, Deadline::in(10ms)); });
    CHECK(failure.kind == "net.timeout");
    CHECK(failure.is_temporary());
    CHECK(failure.says("pop.example.org:110: no answer for "));
}

TEST_CASE("What is there already is read even after the deadline")
{
    const auto line = connected();
    test::say(line.peer, "late");
    CHECK(read_once(*line.stream, Deadline::in(0ms)) == "late");
}

TEST_CASE("N07 a server that never reads does not hold us for ever")
{
    const auto line = connected();
    line.stream->write_all(std::string(4096, 'x'), Deadline::in(0ms)); // a window of commands always fits
    const std::string far_too_much(16 << 20, 'x');
    const auto failure = failure_of([&] { line.stream->write_all(far_too_much, Deadline::in(10ms)); });
    CHECK(failure.kind == "net.timeout");
    CHECK(failure.says("takes no data"));
}

TEST_CASE("A long write goes on when the peer reads again")
{
    auto line = connected();
    const std::string text(4 << 20, 'x');
    std::string heard;
    std::thread reader{[&] { heard = test::hear_octets(line.peer, text.size()); }};
    line.stream->write_all(text, Deadline::in(20s));
    reader.join();
    CHECK(heard == text);
}

TEST_CASE("N02 a reset is a temporary trouble with a kind of its own")
{
    const test::Listener listener;
    net::DialOptions options;
    options.host = listener.host();
    options.port = listener.port();
    const auto stream = net::dial(options, Deadline::in(20s));
    test::reset(listener.accept());
    const auto failure = failure_of([&] { read_once(*stream); });
    CHECK(failure.kind == "net.reset");
    CHECK(failure.is_temporary());
}

TEST_CASE("N11 a server that closes at once is a temporary trouble")
{
    auto line = connected();
    line.peer.reset();
    net::LineReader reader{std::move(line.stream), {}};
    const auto failure = failure_of([&] { reader.first_line(512); });
    CHECK(failure.kind == "net.eof");
    CHECK(failure.is_temporary());
}

TEST_CASE("Writing to a peer that has gone raises no signal")
{
    auto line = connected();
    line.peer.reset();
    CHECK(failure_of([&] { line.stream->write_all("QUIT\r\n", Deadline::in(20s)); }).kind == "net.reset");
}

TEST_CASE("N12 a signal ends a wait at once whenever it comes")
{
    const int status = test::exit_status_of([] {
        popfetch::base::catch_signals();
        const auto line = connected();
        const test::SignalFromElsewhere signal{SIGTERM};
        const auto failure = failure_of([&] { read_once(*line.stream, Deadline::never()); });
        return failure.status == popfetch::base::ExitStatus::terminated ? 7 : 1;
    });
    CHECK(status == 7);
}

TEST_CASE("N12 a signal is noticed also when bytes are always there")
{
    const int status = test::exit_status_of([] {
        popfetch::base::catch_signals();
        const auto line = connected();
        test::say(line.peer, "more and more");
        raise(SIGTERM);
        const auto failure = failure_of([&] { read_once(*line.stream); });
        return failure.status == popfetch::base::ExitStatus::terminated ? 7 : 1;
    });
    CHECK(status == 7);
}

TEST_CASE("T01 bytes still in the system's buffer are not carried across the handshake")
{
    auto line = connected();
    test::say(line.peer, "+OK begin TLS\r\n");
    net::LineReader reader{std::move(line.stream), {}};
    CHECK(reader.line(512) == "+OK begin TLS");
    test::say(line.peer, "+OK injected\r\n");
    CHECK(failure_of([&] { reader.release(); }).kind == "tls.injection");
}

TEST_CASE("P44 lines come out whole from a socket that brings them octet by octet")
{
    auto line = connected();
    net::LineReader reader{std::move(line.stream), {}};
    std::thread server{[&] {
        for (const char c : std::string_view{"+OK one\r\n+OK two\r\n"}) test::say(line.peer, {&c, 1});
    }};
    CHECK(reader.first_line(512) == "+OK one");
    CHECK(reader.line(512) == "+OK two");
    server.join();
}
