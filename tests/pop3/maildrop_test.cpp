#include <popfetch/pop3/maildrop.hpp>

#include <numeric>

#include "pop3/maildrop_session.hpp"
#include "pop3/retrieval.hpp"
#include "pop3/toy_server.hpp"
#include "support/catch.hpp"

namespace base = popfetch::base;
namespace net = popfetch::net;
namespace pop3 = popfetch::pop3;
namespace test = popfetch::test;
using test::after_login;
using test::announcing;

namespace {

template<typename Action>
std::string kind_of(Action action)
{
    try {
        action();
    } catch (const base::Error& error) {
        return error.kind();
    }
    return {};
}

}

TEST_CASE("Deletions go out together and those refused come back")
{
    auto session = after_login(R"(
        C: DELE 7
        C: DELE 2
        C: DELE 1
        S: +OK message 7 deleted
        S: -ERR message 2 already deleted
        S: +OK message 1 deleted
    )",
                               announcing({"PIPELINING"}));
    CHECK(session.maildrop.dele(std::vector<std::uint32_t>{1, 2, 7}) == std::vector<std::uint32_t>{2});
    CHECK(session.play.wire->writes.size() == 1);
    CHECK(session.maildrop.dele({}).empty());
}

TEST_CASE("P39 a deletion that is refused does not stop the others where they go one by one")
{
    auto session = after_login("C: DELE 2\nS: -ERR\nC: DELE 1\nS: +OK\n", {});
    CHECK(session.maildrop.dele(std::vector<std::uint32_t>{1, 2}) == std::vector<std::uint32_t>{2});
    CHECK(session.play.went_as_written());
}

TEST_CASE("Deletions go from the highest number down, for servers that renumber what is behind at once")
{
    auto session = after_login("C: DELE 9\nS: +OK\nC: DELE 4\nS: +OK\nC: DELE 2\nS: +OK\n", {});
    CHECK(session.maildrop.dele(std::vector<std::uint32_t>{4, 9, 2}).empty());
    CHECK(session.play.went_as_written());
}

TEST_CASE("The message at whose DELE the session broke is known, however it broke")
{
    for (const std::string answer : {"", "S:\n", "S! silent\n"}) {
        auto session = after_login("C: DELE 9\nS: +OK\nC: DELE 4\n" + answer, {});
        CHECK_THROWS_AS(session.maildrop.dele(std::vector<std::uint32_t>{9, 4, 2}), base::Error);
        CHECK(session.maildrop.broke_at() == 4U);
    }
}

TEST_CASE("N07 thousands of deletions keep to 4 KiB of commands")
{
    test::ToyServer server{std::vector<std::string>(6000, "x\n")};
    std::vector<std::uint32_t> numbers(6000);
    std::iota(numbers.begin(), numbers.end(), 1);
    auto maildrop = server.maildrop();
    CHECK(maildrop.dele(numbers).empty());
    CHECK(server.heard.size() == 6000);
    CHECK(server.most_outstanding <= 4096);
    CHECK(server.waits <= 18);
}

TEST_CASE("RSET and NOOP say so when they are refused")
{
    auto session = after_login("C: RSET\nS: +OK\nC: NOOP\nS: +OK\nC: RSET\nS: -ERR\n", {});
    session.maildrop.rset();
    session.maildrop.noop();
    CHECK_THROWS_AS(session.maildrop.rset(), pop3::Refused);
}

TEST_CASE("QUIT brings the reply whatever it says")
{
    auto well = after_login("C: QUIT\nS: +OK bye\n", {});
    CHECK(std::move(well.maildrop).quit().ok);
    CHECK(well.play.wire->stream_destroyed);

    auto badly = after_login("C: QUIT\nS: -ERR some deleted messages not removed\n", {});
    const auto reply = std::move(badly.maildrop).quit();
    CHECK_FALSE(reply.ok);
    CHECK(reply.text == "some deleted messages not removed");
}

TEST_CASE("N09 a reply to QUIT that never comes is a broken line")
{
    auto closed = after_login("C: QUIT\n", {});
    CHECK_THROWS_AS(std::move(closed.maildrop).quit(), net::ConnectionError);
    auto silent = after_login("C: QUIT\nS! silent\n", {});
    CHECK_THROWS_AS(std::move(silent.maildrop).quit(), net::ConnectionError);
}

TEST_CASE("T11 a goodbye on which nothing depends waits for no reply and minds none")
{
    auto silent = after_login("C: QUIT\nS! silent\n", {});
    const auto reads = silent.play.wire->reads;
    std::move(silent.maildrop).say_goodbye();
    CHECK(silent.play.wire->sent == "QUIT\r\n");
    CHECK(silent.play.wire->reads == reads);
    CHECK(silent.play.wire->stream_destroyed);
    CHECK(silent.play.complaint().empty());
}

TEST_CASE("Hanging up says nothing")
{
    auto session = after_login("C: NOOP\nS: +OK\n", {});
    session.maildrop.noop();
    std::move(session.maildrop).hang_up();
    CHECK(session.play.wire->stream_destroyed);
    CHECK(session.play.wire->sent == "NOOP\r\n");
}

TEST_CASE("Destroying a maildrop says nothing either")
{
    std::shared_ptr<test::Wire> wire;
    {
        auto session = after_login("", {});
        wire = session.play.wire;
    }
    CHECK(wire->stream_destroyed);
    CHECK(wire->sent.empty());
}

TEST_CASE("P33 a second reply to one command ends the session before the next")
{
    for (const auto* second : {"-ERR and another line", "+OK"}) {
        auto session = after_login(std::string{"C: DELE 1\nS: -ERR no\nS: "} + second + "\n", {});
        CHECK(session.maildrop.dele(std::vector<std::uint32_t>{1}).size() == 1);
        CHECK(kind_of([&] { session.maildrop.dele(std::vector<std::uint32_t>{2}); }) == "proto.desync");
        CHECK(kind_of([&] { std::move(session.maildrop).quit(); }) == "session.over");
        CHECK(session.play.wire->sent == "DELE 1\r\n");
    }
}

TEST_CASE("Any command can be given by hand")
{
    auto session = after_login(R"(
        C: LAST
        S: +OK 3
        C: TOP 1 0
        S: +OK
        S: Subject: hi
        S: ..dot
        S: .
        C: XYZZY
        S: -ERR nothing happens
    )",
                               {});
    base::StringSink sink;
    CHECK(session.maildrop.raw("LAST", false, sink).text == "3");
    CHECK(session.maildrop.raw("TOP 1 0", true, sink).ok);
    CHECK(sink.text == "Subject: hi\n.dot\n");
    CHECK_FALSE(session.maildrop.raw("XYZZY", true, sink).ok);
    CHECK(session.play.went_as_written());
}

TEST_CASE("A command given by hand is one command")
{
    auto session = after_login("C: NOOP\nS: +OK\n", {});
    base::StringSink sink;
    for (const auto command :
         {std::string_view{"NOOP\r\nDELE 1"}, std::string_view{"NOOP\n"}, std::string_view{"A\0B", 3}})
        CHECK(kind_of([&] { session.maildrop.raw(command, false, sink); }) == "usage.command");
    session.maildrop.noop(); // the session is none the worse
}

TEST_CASE("C03 a password given by hand is hidden from the trace")
{
    std::string seen;
    auto session = after_login("C: PASS open sesame\nS: -ERR already logged in; open sesame\n", {},
                               test::Known::remembered, [&](std::string_view line) { seen.append(line).append("\n"); });
    base::StringSink sink;
    session.maildrop.raw("PASS open sesame", false, sink);
    CHECK(seen.find("C: PASS <11 octets hidden>") != seen.npos);
    CHECK(seen.find("sesame") == seen.npos);
}

TEST_CASE("A session knows how often it waited and what it received")
{
    auto session = after_login("C: NOOP\nS: +OK\nC: NOOP\nS: +OK\n", {});
    session.maildrop.noop();
    session.maildrop.noop();
    CHECK(session.maildrop.turns() == 2);
    CHECK(session.maildrop.received() == 11 + 5 + 5);
    CHECK(session.maildrop.stream().peer() == "pop.example.org:995");
}

TEST_CASE("The trace shows commands and replies and not the bytes of messages")
{
    std::string seen;
    auto session = after_login("C: RETR 1\nS: +OK\nS: Subject: private\nS: .\nC: LIST\nS: +OK\nS: 1 20\nS: .\n", {},
                               test::Known::remembered, [&](std::string_view line) { seen.append(line).append("\n"); });
    test::Retrieval retrieval;
    retrieval.retr(session.maildrop, {{1, 18, {}}});
    session.maildrop.list();
    CHECK(seen == "S: +OK ready\nC: RETR 1\nS: +OK\nS: <18 octets of a message>, .\nC: LIST\nS: +OK\nS: 1 20\nS: .\n");
}
