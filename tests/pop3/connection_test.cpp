#include <popfetch/pop3/connection.hpp>

#include "support/catch.hpp"
#include "support/transcript.hpp"

namespace base = popfetch::base;
namespace net = popfetch::net;
namespace pop3 = popfetch::pop3;
namespace test = popfetch::test;
using base::ExitStatus;
using pop3::Connection;

namespace {

template<typename Action>
base::Error error_of(Action action)
{
    try {
        action();
    } catch (const base::Error& error) {
        return error;
    }
    return {ExitStatus::ok, "", "no error"};
}

struct Dialled {
    test::Play play;
    Connection connection;
};

Dialled dial(const std::string& text)
{
    auto play = test::transcript(text);
    auto stream = std::move(play.stream);
    return {std::move(play), Connection{std::move(stream), {}}};
}

// How a session that begins with these bytes fails, and what the client says to them.
struct Reception {
    base::Error error;
    std::string sent;
};

Reception greeted_with(const std::string& bytes, test::Wire::End end = test::Wire::End::closed)
{
    auto [stream, wire] = test::memory_stream({bytes}, end);
    auto error = error_of([&stream = stream] { Connection{std::move(stream), {}}; });
    return {error, wire->sent};
}

std::string text_of(const base::Error& error) { return error.what(); }

std::string timestamp_of(const std::string& greeting)
{
    return dial("S: " + greeting + "\n").connection.apop_timestamp();
}

}

TEST_CASE("The greeting is kept")
{
    auto [play, connection] = dial("S: +OK POP3 server ready\nC: QUIT\nS: +OK\n");
    CHECK(connection.greeting().text == "POP3 server ready");
    CHECK(connection.stream().peer() == "pop.example.org:995");
    CHECK(connection.tls() == nullptr);
    std::move(connection).quit();
    CHECK(play.went_as_written());
    CHECK(play.wire->stream_destroyed);
}

TEST_CASE("P01 a server that turns us away is heard out and nothing is sent")
{
    struct Row {
        const char* greeting;
        ExitStatus status;
        const char* kind;
    };
    const Row rows[] = {
        {"-ERR too many connections\r\n", ExitStatus::temporary, "server.refused"},
        {"-ERR\r\n", ExitStatus::temporary, "server.refused"},
        {"-ERR [AUTH] blocked\r\n", ExitStatus::no_permission, "server.refused"},
        {"-ERR [SYS/PERM] closed for good\r\n", ExitStatus::protocol, "server.perm"},
        {"-ERR [SYS/TEMP] come back\r\n", ExitStatus::temporary, "server.temporary"},
        {"-ERR [IN-USE] busy\r\n", ExitStatus::temporary, "server.in_use"},
        {"-ERR [LOGIN-DELAY] too soon\r\n", ExitStatus::temporary, "server.login_delay"},
    };
    for (const auto& row : rows) {
        INFO(row.greeting);
        const auto [error, sent] = greeted_with(row.greeting);
        CHECK(error.status() == row.status);
        CHECK(error.kind() == row.kind);
        CHECK(sent.empty());
    }
    CHECK(text_of(greeted_with(rows[0].greeting).error) ==
          "pop.example.org:995: the server refused the connection: \"too many connections\"");
}

TEST_CASE("P02 what is not POP3 is told apart and shown safely")
{
    for (const auto* bytes :
         {"HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "220 mail ESMTP\r\n", "\r\n", "+OKfoo\r\n",
          " +OK\r\n", "* OK IMAP4rev1\n", "\x1b[2J\r\n", "no line end at all"}) {
        INFO(bytes);
        const auto [error, sent] = greeted_with(bytes);
        CHECK(error.kind() == "proto.bad_greeting");
        CHECK(error.status() == ExitStatus::protocol);
        CHECK(text_of(error).find('\x1b') == std::string::npos);
        CHECK(sent.empty());
    }
    const auto longest = text_of(greeted_with(std::string(5000, 'x') + "\r\n").error);
    CHECK(longest.size() < 300);
}

TEST_CASE("P02 bytes of TLS are recognised without waiting for a line end")
{
    for (const auto first : {'\x15', '\x16'}) {
        const auto [error, sent] = greeted_with(std::string{first} + "\x03\x01\x02(", test::Wire::End::silent);
        CHECK(error.kind() == "proto.bad_greeting");
        CHECK(text_of(error).find("looks like a TLS port") != std::string::npos);
    }
}

TEST_CASE("P02 a server that waits for us to speak may be a TLS port")
{
    const auto [error, sent] = greeted_with("", test::Wire::End::silent);
    CHECK(error.kind() == "net.timeout");
    CHECK(error.status() == ExitStatus::temporary);
    CHECK(text_of(error).find("tls = \"implicit\"") != std::string::npos);
}

TEST_CASE("N04 a greeting cut short is a broken line")
{
    const std::string greeting = "+OK ready\r\n";
    for (std::size_t size = 0; size < greeting.size(); ++size) {
        INFO(size);
        const auto [error, sent] = greeted_with(greeting.substr(0, size));
        CHECK(error.kind() == "net.eof");
        CHECK(error.status() == ExitStatus::temporary);
    }
    CHECK(greeted_with("-ER").error.kind() == "net.eof");
}

TEST_CASE("P03 a greeting of 8 KiB is taken and a longer one is not")
{
    CHECK(dial("S: +OK " + std::string(8188, 'x') + "\n").connection.greeting().text.size() == 8188);
    CHECK(greeted_with("+OK " + std::string(9000, 'x') + "\r\n").error.kind() == "proto.line_too_long");
}

TEST_CASE("P04 a greeting without text or in lower case will do")
{
    CHECK(dial("S: +OK\n").connection.greeting().ok);
    CHECK(dial("S: +ok ready\n").connection.greeting().ok);
}

TEST_CASE("P06 a greeting that ends in a bare line feed fixes how lines end")
{
    auto [play, connection] = dial("s: +OK ready\\n\nC: CAPA\ns: +OK\\nTOP\\n.\\n\n");
    CHECK(connection.capabilities().top);
}

TEST_CASE("CAPA is asked once")
{
    auto [play, connection] = dial("S: +OK\nC: CAPA\nS: +OK list\nS: TOP\nS: SASL PLAIN\nS: X-ODD \\x1b\nS: .\n");
    CHECK(connection.capabilities().top);
    CHECK(connection.capabilities().lines.size() == 3);
    CHECK(play.went_as_written());
}

TEST_CASE("P30 a server without CAPA has announced nothing")
{
    auto [play, connection] = dial("S: +OK\nC: CAPA\nS: -ERR unknown\nC: QUIT\nS: +OK\n");
    CHECK_FALSE(connection.capabilities().announced);
    CHECK_FALSE(connection.capabilities().announced);
    std::move(connection).quit();
    CHECK(play.went_as_written());
}

TEST_CASE("P30 a line of 600 octets in CAPA is taken")
{
    auto [play, connection] = dial("S: +OK\nC: CAPA\nS: +OK\nS: X-" + std::string(598, 'x') + "\nS: UIDL\nS: .\n");
    CHECK(connection.capabilities().uidl);
}

TEST_CASE("P30 a server that closes the line at CAPA is told apart and can do without")
{
    for (const auto* end : {"", "S! reset\n"}) {
        auto [play, connection] = dial(std::string{"S: +OK\nC: CAPA\n"} + end);
        const auto error = error_of([&connection = connection] { connection.capabilities(); });
        CHECK(error.kind() == "proto.capa_closed");
        CHECK(error.status() == ExitStatus::temporary); // it may have been a plain break of the line
    }
    auto [play, connection] = dial("S: +OK\nC: QUIT\nS: +OK\n");
    connection.assume({});
    CHECK_FALSE(connection.capabilities().announced);
    std::move(connection).quit();
    CHECK(play.went_as_written());
}

TEST_CASE("A server that falls silent at CAPA is a timeout")
{
    auto [play, connection] = dial("S: +OK\nC: CAPA\nS! silent\n");
    CHECK(error_of([&connection = connection] { connection.capabilities(); }).kind() == "net.timeout");
}

TEST_CASE("What is remembered of a server is not asked for")
{
    auto [play, connection] = dial("S: +OK\n");
    pop3::Capabilities remembered;
    remembered.add_line("PIPELINING");
    connection.assume(remembered);
    CHECK(connection.capabilities().pipelining);
    CHECK(play.wire->sent.empty());
}

TEST_CASE("A11 the timestamp of APOP is what stands in the greeting if it is a message id")
{
    CHECK(timestamp_of("+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>") ==
          "<1896.697170952@dbc.mtview.ca.us>");
    CHECK(timestamp_of("+OK <1f5e.1.4b2.aGFzaA==@[192.0.2.1]> hello") == "<1f5e.1.4b2.aGFzaA==@[192.0.2.1]>");
}

TEST_CASE("A11 what is no message id is no timestamp")
{
    for (const auto* greeting : {"+OK", "+OK ready", "+OK <>", "+OK <@>", "+OK <a@>", "+OK <@b>", "+OK <a b@c>",
                                 "+OK <a@b", "+OK a@b>", "+OK >a@b<", "+OK <a@b@c>", "+OK <a\\xff@b>", "+OK <a\\x01@b>",
                                 "+OK <a@b> <c@d>", "+OK <<a@b>>", "+OK <ab>"}) {
        INFO(greeting);
        CHECK(timestamp_of(greeting).empty());
    }
}

TEST_CASE("A11 two banners are one too many")
{
    auto [play, connection] = dial("S: +OK <a@b>\nS: +OK <c@d>\nC: QUIT\n");
    CHECK(error_of([&connection = connection] { std::move(connection).quit(); }).kind() == "proto.desync");
    CHECK(play.wire->sent.empty());
}

TEST_CASE("T02 T03 STLS that is refused or answered with nonsense or not at all never goes on in clear")
{
    struct Row {
        const char* answer;
        const char* kind;
        ExitStatus status;
    };
    const Row rows[] = {
        {"S: -ERR unknown command\n", "tls.unavailable", ExitStatus::protocol},
        {"S: garbage\n", "proto.bad_reply", ExitStatus::protocol},
        {"", "net.eof", ExitStatus::temporary},
        {"S! silent\n", "net.timeout", ExitStatus::temporary},
    };
    for (const auto& row : rows) {
        INFO(row.answer);
        auto [play, connection] = dial(std::string{"S: +OK\nC: STLS\n"} + row.answer);
        const auto error = error_of([&connection = connection] { connection.start_tls({}); });
        CHECK(error.kind() == row.kind);
        CHECK(error.status() == row.status);
        CHECK(error_of([&connection = connection] { connection.capabilities(); }).kind() == "session.over");
        CHECK(play.wire->sent == "STLS\r\n");
    }
}

TEST_CASE("T01 bytes that come with the answer to STLS end the session before the handshake")
{
    for (const auto* injected : {"S: +OK injected\n", "s: x\n"}) {
        auto [play, connection] = dial(std::string{"S: +OK\nC: STLS\nS: +OK begin TLS\n"} + injected);
        const auto error = error_of([&connection = connection] { connection.start_tls({}); });
        CHECK(error.kind() == "tls.injection");
        CHECK(error.status() == ExitStatus::protocol);
        CHECK(play.wire->sent == "STLS\r\n");
        CHECK(error_of([&connection = connection] { connection.capabilities(); }).kind() == "session.over");
    }
}
