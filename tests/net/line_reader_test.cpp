#include "support/catch.hpp"

#include <chrono>
#include <string>
#include <thread>

#include <popfetch/net/line_reader.hpp>

#include "support/errors.hpp"
#include "support/memory_stream.hpp"

using namespace std::chrono_literals;
using popfetch::net::ConnectionError;
using popfetch::net::LineEnding;
using popfetch::net::LineReader;
using popfetch::net::LineTooLong;
using popfetch::net::Timeouts;
using popfetch::net::TlsError;
using popfetch::test::cut_at;
using popfetch::test::failure_of;
using popfetch::test::in_pieces;
using popfetch::test::memory_stream;
using popfetch::test::Wire;

namespace {

constexpr std::size_t limit = 512;

LineReader reader_of(std::vector<std::string> chunks, const Timeouts& timeouts = {})
{
    return {memory_stream(std::move(chunks)).stream, timeouts};
}

std::vector<std::string> long_line(std::size_t length)
{
    std::string text(length, 'a');
    text += "\r\n";
    return in_pieces(text, 10000);
}

}

TEST_CASE("P44 a line reads the same wherever the network cuts it")
{
    const std::string text = "+OK hello\r\nlone\nfeed\r\n\r\n.\r\n";
    for (std::size_t at = 0; at <= text.size(); ++at) {
        auto reader = reader_of(cut_at(text, at));
        CHECK(reader.first_line(limit) == "+OK hello");
        CHECK(reader.line(limit) == "lone\nfeed");
        CHECK(reader.line(limit).empty());
        CHECK(reader.line(limit) == ".");
    }
    auto reader = reader_of(in_pieces(text, 1));
    CHECK(reader.first_line(limit) == "+OK hello");
    CHECK(reader.line(limit) == "lone\nfeed");
}

TEST_CASE("P05 a lone LF is data in a session whose greeting ended with CRLF")
{
    auto reader = reader_of({"+OK\r\n", "a\n.\nb\r\n"});
    reader.first_line(limit);
    CHECK(reader.ending() == LineEnding::crlf);
    CHECK(reader.line(limit) == "a\n.\nb");
}

TEST_CASE("P06 a greeting that ends with a bare LF makes the session end lines so")
{
    auto reader = reader_of({"+OK\n+OK again\nmixed\r\n"});
    CHECK(reader.first_line(limit) == "+OK");
    CHECK(reader.ending() == LineEnding::lf);
    CHECK(reader.line(limit) == "+OK again");
    CHECK(reader.line(limit) == "mixed");
}

TEST_CASE("P03 a line of the limit is taken and one octet more is refused")
{
    auto fits = reader_of(long_line(8192));
    CHECK(fits.line(8192).size() == 8192);
    auto over = reader_of(long_line(8193));
    CHECK_THROWS_AS(over.line(8192), LineTooLong);
    CHECK(failure_of([] { reader_of(in_pieces(std::string(100, 'a'), 100)).line(10); }).kind == "proto.line_too_long");
}

TEST_CASE("P03 an endless line is refused without reading further than the limit needs")
{
    auto [stream, wire] = memory_stream(in_pieces(std::string(1 << 20, 'a'), 4096));
    LineReader reader{std::move(stream), {}};
    CHECK_THROWS_AS(reader.line(65536), LineTooLong);
    CHECK(reader.received() <= 65536 + 2 * 4096);
    CHECK(wire->arrivals.size() > 200);
}

TEST_CASE("A limit beyond the buffer is the buffer")
{
    auto reader = reader_of(in_pieces(std::string(1 << 20, 'a'), 65536));
    CHECK_THROWS_AS(reader.line(std::string::npos), LineTooLong);
}

TEST_CASE("The limit holds wherever the line is cut")
{
    for (const std::string text : {"123456\r\n", "12345\r\n"}) {
        for (std::size_t at = 0; at <= text.size(); ++at) {
            auto reader = reader_of(cut_at(text, at));
            if (text.size() > 7)
                CHECK_THROWS_AS(reader.line(5), LineTooLong);
            else
                CHECK(reader.line(5) == "12345");
        }
    }
}

TEST_CASE("A stream that ends inside a line or before it is an error")
{
    CHECK(failure_of([] { reader_of({"+OK no end"}).line(limit); }).kind == "net.eof");
    CHECK(failure_of([] { reader_of({}).line(limit); }).kind == "net.eof");
    CHECK(failure_of([] { reader_of({}).available(); }).kind == "net.eof");
}

TEST_CASE("Runs of bytes are taken as they come and consumed in part")
{
    auto reader = reader_of({"one", "two"});
    CHECK(reader.available() == "one");
    CHECK(reader.available() == "one");
    reader.consume(1);
    CHECK(reader.buffered() == "ne");
    CHECK(reader.more() == "netwo");
    reader.consume(5);
    CHECK(reader.buffered().empty());
    CHECK(reader.received() == 6);
    CHECK(failure_of([&] { reader.more(); }).kind == "net.eof");
}

TEST_CASE("Lines and runs share one buffer")
{
    auto reader = reader_of({"+OK\r\nbody\r\n.\r\n+OK bye\r\n"});
    CHECK(reader.line(limit) == "+OK");
    CHECK(reader.available() == "body\r\n.\r\n+OK bye\r\n");
    reader.consume(9);
    CHECK(reader.line(limit) == "+OK bye");
}

TEST_CASE("A full buffer gives what there is and never grows")
{
    auto [stream, wire] = memory_stream(in_pieces(std::string(1 << 20, 'x'), 1 << 20));
    LineReader reader{std::move(stream), {}};
    const auto size = reader.available().size();
    CHECK(size == 256 * 1024);
    const auto reads = wire->reads;
    CHECK(reader.more().size() == size);
    CHECK(wire->reads == reads);
    reader.consume(size - 3);
    CHECK(reader.buffered() == "xxx");
    CHECK(reader.more().size() > 200 * 1024);
}

TEST_CASE("What is left at the end of the buffer is moved to make room for more")
{
    std::string text;
    for (int i = 0; i < 100000; ++i) text += std::to_string(i) + " uid\r\n";
    for (const std::size_t piece : {7U, 4096U, 100000U}) {
        auto reader = reader_of(in_pieces(text, piece));
        bool all = true;
        for (int i = 0; i < 100000; ++i) all = all && reader.line(limit) == std::to_string(i) + " uid";
        CHECK(all);
    }
}

TEST_CASE("T01 bytes that came before the handshake are never carried across it")
{
    auto [stream, wire] = memory_stream({"+OK begin TLS\r\n+OK injected\r\n"});
    LineReader reader{std::move(stream), {}};
    CHECK(reader.line(limit) == "+OK begin TLS");
    CHECK(failure_of([&] { reader.release(); }).kind == "tls.injection");
}

TEST_CASE("After STLS the reader starts afresh on the new stream")
{
    auto reader = reader_of({"+OK begin TLS\r\n"});
    reader.line(limit);
    const auto old = reader.release();
    CHECK(old->peer() == "pop.example.org:995");
    reader.resume(memory_stream({"+OK over TLS\r\n"}).stream);
    CHECK(reader.line(limit) == "+OK over TLS");
}

TEST_CASE("Turns are counted when we wait with nothing at hand after having spoken")
{
    auto reader = reader_of({"+OK\r\n", "+OK 1\r\n+OK 2\r\n", "+OK", " 3\r\n"});
    reader.line(limit);
    CHECK(reader.turns() == 0);
    reader.send("STAT\r\nLIST\r\n");
    reader.line(limit);
    reader.line(limit);
    CHECK(reader.turns() == 1);
    reader.send("NOOP\r\n");
    reader.line(limit);
    CHECK(reader.turns() == 2);
}

TEST_CASE("What is sent goes out in one write")
{
    auto [stream, wire] = memory_stream({});
    LineReader reader{std::move(stream), {}};
    reader.send("RETR 1\r\nRETR 2\r\n");
    CHECK(wire->writes == std::vector<std::string>{"RETR 1\r\nRETR 2\r\n"});
}

TEST_CASE("N03 the patience for a reply is what was set last and is no more than what the session has left")
{
    auto [stream, wire] = memory_stream({"+OK\r\n", "+OK\r\n", "+OK\r\n"});
    Timeouts timeouts;
    timeouts.total = 1h;
    LineReader reader{std::move(stream), timeouts};
    reader.set_patience(60s);
    reader.line(limit);
    CHECK(wire->last_deadline.left() <= 60s);
    CHECK(wire->last_deadline.left() > 30s);
    reader.set_patience(2h);
    reader.line(limit);
    CHECK(wire->last_deadline.left() <= 1h);
    CHECK(wire->last_deadline.left() > 30min);
}

TEST_CASE("N03 a whole line must come within the patience however often it drips")
{
    auto [stream, wire] = memory_stream({"+", "O", "K", "\r", "\n"});
    std::vector<std::chrono::milliseconds> left;
    wire->before_read = [&, w = wire.get()] { left.push_back(w->last_deadline.left()); };
    LineReader reader{std::move(stream), {}};
    reader.line(limit);
    REQUIRE(left.size() == 5);
    CHECK(std::is_sorted(left.rbegin(), left.rend()));
}

TEST_CASE("N05 a session ends when its total time is over even if bytes keep coming")
{
    Timeouts timeouts;
    timeouts.total = 0ms;
    auto reader = reader_of({"+OK\r\n"}, timeouts);
    CHECK(failure_of([&] { reader.line(limit); }).kind == "net.timeout");
}

TEST_CASE("N06 a body that trickles below the minimum rate is given up")
{
    auto [stream, wire] = memory_stream({"a", "b", "c", "d"});
    wire->before_read = [] { std::this_thread::sleep_for(2ms); }; // the slow server itself
    Timeouts timeouts;
    timeouts.rate_window = 1ms;
    timeouts.min_rate = 1'000'000;
    LineReader reader{std::move(stream), timeouts};
    CHECK(failure_of([&] { reader.available(); }).kind == "net.timeout");
}

TEST_CASE("N06 a body above the minimum rate flows on")
{
    auto [stream, wire] = memory_stream({"a", "b", "c", "d"});
    wire->before_read = [] { std::this_thread::sleep_for(2ms); };
    Timeouts timeouts;
    timeouts.rate_window = 1ms;
    timeouts.min_rate = 0;
    LineReader reader{std::move(stream), timeouts};
    reader.available();
    CHECK(reader.more() == "ab");
    CHECK(reader.more() == "abc");
}

TEST_CASE("N06 the minimum rate does not hurry a server that thinks about short replies")
{
    auto [stream, wire] = memory_stream({"+OK\r\n", "+OK\r\n"});
    wire->before_read = [] { std::this_thread::sleep_for(2ms); };
    Timeouts timeouts;
    timeouts.rate_window = 1ms;
    timeouts.min_rate = 1'000'000;
    LineReader reader{std::move(stream), timeouts};
    CHECK(reader.line(limit) == "+OK");
    CHECK(reader.line(limit) == "+OK");
}

TEST_CASE("Errors of the reader begin with the peer")
{
    try {
        reader_of({}).line(limit);
        FAIL("no error");
    } catch (const ConnectionError& error) {
        CHECK(std::string{error.what()}.starts_with("pop.example.org:995: "));
        CHECK(error.status() == popfetch::base::ExitStatus::temporary);
    }
}
