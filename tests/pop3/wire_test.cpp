#include "pop3/wire.hpp"

#include <popfetch/pop3/error.hpp>

#include "support/catch.hpp"
#include "support/transcript.hpp"

namespace base = popfetch::base;
namespace net = popfetch::net;
namespace pop3 = popfetch::pop3;
namespace test = popfetch::test;
using base::Secret;

namespace {

struct Session {
    test::Play play;
    std::unique_ptr<pop3::Wire> wire;
    std::shared_ptr<std::string> trace;
};

Session session(const std::string& text)
{
    auto play = test::transcript("S: +OK ready\n" + text);
    auto trace = std::make_shared<std::string>();
    auto wire = std::make_unique<pop3::Wire>(std::move(play.stream), net::Timeouts{},
                                             [trace](std::string_view line) { trace->append(line).append("\n"); });
    wire->read_greeting();
    return {std::move(play), std::move(wire), trace};
}

template<typename Action>
base::Error error_of(Action action)
{
    try {
        action();
    } catch (const base::Error& error) {
        return error;
    }
    return {base::ExitStatus::ok, "", "no error"};
}

}

TEST_CASE("What is queued goes out in one write with what is sent")
{
    auto s = session("C: NOOP\nC: USER fred\nC: PASS secret\nS: +OK 1\nS: +OK 2\nS: +OK 3\n");
    s.wire->queue("NOOP");
    s.wire->queue("USER fred");
    CHECK(s.play.wire->sent.empty());
    s.wire->send_secret("PASS ", Secret{"secret"});
    CHECK(s.play.wire->writes == std::vector<std::string>{"NOOP\r\nUSER fred\r\nPASS secret\r\n"});
    CHECK(s.wire->outstanding() == 3);
    for (const auto* text : {"1", "2", "3"}) CHECK(s.wire->read_reply("").text == text);
    CHECK(s.wire->outstanding() == 0);
    s.wire->flush(); // nothing is queued, nothing is written
    CHECK(s.play.wire->writes.size() == 1);
}

TEST_CASE("C03 the trace shows that a secret was sent and not which")
{
    auto s = session("C: PASS \\x1bopen sesame\nS: +OK\n");
    s.wire->send_secret("PASS ", Secret{"\x1bopen sesame"});
    s.wire->read_reply("PASS");
    CHECK(*s.trace == "S: +OK ready\nC: PASS <12 octets hidden>\nS: +OK\n");
}

TEST_CASE("X0 a server that repeats a secret does not get it into messages or the trace")
{
    auto s = session("C: PASS hunter22\nS: -ERR unknown command: PASS hunter22 (hunter22?)\n"
                     "C: NOOP\nS: what is hunter22\n");
    s.wire->send_secret("PASS ", Secret{"hunter22"});
    CHECK(s.wire->read_reply("PASS").text == "unknown command: PASS <hidden> (<hidden>?)");
    s.wire->send("NOOP");
    const auto error = error_of([&] { s.wire->read_reply("NOOP"); });
    CHECK(error.kind() == "proto.bad_reply");
    CHECK(std::string{error.what()}.find("hunter22") == std::string::npos);
    CHECK(s.trace->find("hunter22") == std::string::npos);
}

TEST_CASE("O01 the trace is printable whatever the server says")
{
    auto s = session("C: NOOP\nS: +OK \\x1b[2J\\x9b\n");
    s.wire->send("NOOP");
    s.wire->read_reply("NOOP");
    CHECK(s.trace->find('\x1b') == std::string::npos);
    CHECK(s.trace->find("\\x1b[2J") != std::string::npos);
}

TEST_CASE("A line break in a command or a secret is refused before anything is sent")
{
    auto s = session("C: NOOP\nS: +OK\n");
    CHECK(error_of([&] { s.wire->send("USER a\r\nDELE 1"); }).kind() == "usage.command");
    CHECK(error_of([&] { s.wire->queue("USER a\nb"); }).kind() == "usage.command");
    CHECK(error_of([&] { s.wire->send(std::string_view{"USER a\0", 7}); }).kind() == "usage.command");
    const auto error = error_of([&] { s.wire->send_secret("PASS ", Secret{"open\rsesame"}); });
    CHECK(error.kind() == "usage.command");
    CHECK(std::string{error.what()}.find("sesame") == std::string::npos);
    CHECK(s.play.wire->sent.empty());
    s.wire->send("NOOP");
    CHECK(s.wire->read_reply("NOOP").ok);
}

TEST_CASE("A challenge is what stands behind the plus")
{
    auto s = session("C: AUTH X\nS: + YWJj\nC: one\nS: +\nC: two\nS: +  \nC: three\nS: +OK done\n");
    s.wire->send("AUTH X");
    CHECK(s.wire->read_answer("AUTH X").challenge == "YWJj");
    s.wire->send_secret("", Secret{"one"});
    CHECK(s.wire->read_answer("AUTH X").challenge == "");
    s.wire->send_secret("", Secret{"two"});
    CHECK(s.wire->read_answer("AUTH X").challenge == "");
    s.wire->send_secret("", Secret{"three"});
    const auto end = s.wire->read_answer("AUTH X");
    CHECK_FALSE(end.challenge);
    CHECK(end.reply.ok);
    CHECK(end.reply.text == "done");
}

TEST_CASE("A challenge where none is due is no reply")
{
    auto s = session("C: PASS x\nS: + more\n");
    s.wire->send_secret("PASS ", Secret{"x"});
    CHECK(error_of([&] { s.wire->read_reply("PASS"); }).kind() == "proto.bad_reply");
}

TEST_CASE("P03 a status line of 8 KiB is taken and a longer one ends the session")
{
    auto s =
        session("C: NOOP\nS: +OK " + std::string(8188, 'x') + "\nC: NOOP\nS: +OK " + std::string(8189, 'x') + "\n");
    s.wire->send("NOOP");
    CHECK(s.wire->read_reply("NOOP").text.size() == 8188);
    s.wire->send("NOOP");
    const auto error = error_of([&] { s.wire->read_reply("NOOP"); });
    CHECK(error.kind() == "proto.line_too_long");
    CHECK(error.status() == base::ExitStatus::protocol);
    CHECK(s.wire->broken());
}

TEST_CASE("A06 a challenge of 64 KiB is taken and a longer one ends the session")
{
    constexpr std::size_t most = 64 * 1024 - 2; // behind the plus and the blank
    auto s =
        session("C: AUTH X\nS: + " + std::string(most, 'x') + "\nC: one\nS: + " + std::string(most + 1, 'x') + "\n");
    s.wire->send("AUTH X");
    CHECK(s.wire->read_answer("AUTH X").challenge->size() == most);
    s.wire->send_secret("", Secret{"one"});
    CHECK(error_of([&] { s.wire->read_answer("AUTH X"); }).kind() == "proto.line_too_long");
    CHECK(s.wire->broken());
}

TEST_CASE("P04 what is neither yes nor no ends the session")
{
    for (const auto* line : {"S: +OKfoo", "S: \\x20+OK", "S:", "S: 250 ok", "S: .", "S: OK"}) {
        auto s = session(std::string{"C: NOOP\n"} + line + "\n");
        s.wire->send("NOOP");
        const auto error = error_of([&] { s.wire->read_reply("NOOP"); });
        CHECK(error.kind() == "proto.bad_reply");
        CHECK(std::string{error.what()}.starts_with("pop.example.org:995: NOOP: "));
        CHECK(error_of([&] { s.wire->send("NOOP"); }).kind() == "session.over");
    }
}

TEST_CASE("P33 what was said unasked is seen before the next command")
{
    auto s = session("C: NOOP\nS: +OK\nS: +OK again\n");
    s.wire->send("NOOP");
    s.wire->read_reply("NOOP");
    const auto error = error_of([&] { s.wire->send("NOOP"); });
    CHECK(error.kind() == "proto.desync");
    CHECK(std::string{error.what()}.find("+OK again") != std::string::npos);
    CHECK(s.play.wire->sent == "NOOP\r\n");
}

TEST_CASE("P44 replies that come octet by octet are the same replies")
{
    const std::string text = "+OK\r\n1 10\r\n..dot\r\n.\r\n-ERR no\r\n";
    for (std::size_t size = 1; size <= text.size(); ++size) {
        auto [stream, line] = test::memory_stream({"+OK ready\r\n"});
        pop3::Wire wire{std::move(stream), {}, {}};
        wire.read_greeting();
        for (auto& piece : test::in_pieces(text, size)) line->arrivals.push_back(piece);
        wire.queue("LIST");
        wire.send("NOOP");
        CHECK(wire.read_reply("LIST").ok);
        pop3::Lines lines{wire, "LIST", {}};
        CHECK(lines.next() == "1 10");
        CHECK(lines.next() == ".dot");
        CHECK_FALSE(lines.next());
        CHECK(wire.read_reply("NOOP").text == "no");
    }
}

TEST_CASE("The lines of a reply come without their dots and end at the dot")
{
    auto s = session("C: LIST\nS: +OK\nS: 1 10\nS: ..\nS: .x\nS:\nS: .\n");
    s.wire->send("LIST");
    CHECK(s.wire->read_reply("LIST").ok);
    pop3::Lines lines{*s.wire, "LIST", {}};
    for (const auto* line : {"1 10", ".", "x", ""}) CHECK(lines.next() == line);
    CHECK_FALSE(lines.next());
}

TEST_CASE("P27 a reply of too many lines or octets ends the session")
{
    const std::string text = "C: LIST\nS: +OK\nS: 1234\nS: 1234\nS: 1234\nS: .\n";
    for (const auto& limits : {pop3::ReplyLimits{2, 1000, 100}, pop3::ReplyLimits{100, 17, 100}}) {
        auto s = session(text);
        s.wire->send("LIST");
        s.wire->read_reply("LIST");
        pop3::Lines lines{*s.wire, "LIST", limits};
        CHECK(lines.next());
        CHECK(lines.next());
        CHECK(error_of([&] { lines.next(); }).kind() == "proto.limit");
        CHECK(s.wire->broken());
    }
    auto s = session(text);
    s.wire->send("LIST");
    s.wire->read_reply("LIST");
    pop3::Lines lines{*s.wire, "LIST", {3, 18, 100}};
    for (int i = 0; i < 3; ++i) CHECK(lines.next());
    CHECK_FALSE(lines.next());
}

TEST_CASE("After a broken line nothing more is sent")
{
    auto s = session("C: NOOP\n");
    s.wire->send("NOOP");
    CHECK(error_of([&] { s.wire->read_reply("NOOP"); }).kind() == "net.eof");
    CHECK(error_of([&] { s.wire->send("QUIT"); }).kind() == "session.over");
    CHECK(error_of([&] { s.wire->available(); }).kind() == "session.over");
    CHECK(s.play.wire->sent == "NOOP\r\n");
}

TEST_CASE("N08 only what has not been proven is suspected")
{
    auto s = session("C: A\nC: B\nS: +OK\nS: +OK\nC: A\nC: B\nS: +OK\n");
    for (int round = 0; round < 2; ++round) {
        s.wire->queue("A");
        s.wire->queue("B");
        s.wire->flush();
        CHECK(s.wire->read_reply("A").ok);
        if (round == 0) CHECK(s.wire->read_reply("B").ok);
    }
    CHECK(error_of([&] { s.wire->read_reply("B"); }).kind() == "net.eof"); // two together were answered before

    auto first = session("C: A\nC: B\nS: +OK\n");
    first.wire->queue("A");
    first.wire->send("B");
    CHECK(first.wire->read_reply("A").ok);
    CHECK(error_of([&] { first.wire->read_reply("B"); }).kind() == "proto.pipelining");
}
