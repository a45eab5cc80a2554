// RETR and TOP of many messages: what goes out when, and what is believed.

#include <popfetch/pop3/maildrop.hpp>

#include <algorithm>
#include <stdexcept>

#include "pop3/retrieval.hpp"
#include "pop3/toy_server.hpp"
#include "support/catch.hpp"

namespace base = popfetch::base;
namespace net = popfetch::net;
namespace pop3 = popfetch::pop3;
namespace test = popfetch::test;
using test::Retrieval;
using test::ToyServer;

namespace {

ToyServer server_with(std::size_t count, std::size_t size = 50)
{
    std::vector<std::string> messages;
    for (std::size_t i = 1; i <= count; ++i)
        messages.push_back("Subject: " + std::to_string(i) + "\n\n" + std::string(size, 'x') + "\n.\n..end\n");
    return ToyServer{messages};
}

void check_all(const Retrieval& retrieval, const ToyServer& server)
{
    REQUIRE(retrieval.rows.size() == server.messages.size());
    for (std::size_t i = 0; i < retrieval.rows.size(); ++i) {
        CHECK(retrieval.rows[i].number == i + 1);
        CHECK(retrieval.rows[i].text == server.messages[i]);
        CHECK(retrieval.rows[i].octets == server.size_of(i + 1));
    }
}

bool was_heard(const ToyServer& server, std::string_view verb)
{
    return std::ranges::any_of(server.heard, [&](const auto& command) { return command.starts_with(verb); });
}

}

TEST_CASE("Many messages come in order and byte for byte")
{
    auto server = server_with(1000);
    auto maildrop = server.maildrop();
    Retrieval retrieval;
    retrieval.retr(maildrop, server.all());
    check_all(retrieval, server);
    CHECK(retrieval.dealt_with == 1000);
}

TEST_CASE("N07 many messages cost few waits and few writes and never more than 4 KiB of commands")
{
    auto server = server_with(1000);
    auto maildrop = server.maildrop();
    Retrieval retrieval;
    retrieval.retr(maildrop, server.all());
    CHECK(server.waits <= 3); // 4 KiB hold about 400 commands
    CHECK(server.line->writes.size() <= 14); // one for each eighth of the window
    CHECK(server.most_outstanding <= 4096);
    CHECK(server.most_outstanding > 3900);
}

TEST_CASE("P44 wherever the answers are cut the messages are the same")
{
    for (const std::size_t piece : {1u, 2u, 3u, 7u, 1000u}) {
        auto server = server_with(20);
        server.piece = piece;
        auto maildrop = server.maildrop();
        Retrieval retrieval;
        retrieval.retr(maildrop, server.all());
        check_all(retrieval, server);
    }
}

TEST_CASE("P06 a server that ends lines with bare line feeds is understood")
{
    auto server = server_with(5);
    server.eol = "\n";
    auto maildrop = server.maildrop();
    Retrieval retrieval;
    retrieval.retr(maildrop, server.all());
    check_all(retrieval, server);
}

TEST_CASE("Without PIPELINING one command waits for the other")
{
    auto server = server_with(10);
    server.announced = {"TOP", "UIDL"};
    auto maildrop = server.maildrop();
    Retrieval retrieval;
    retrieval.retr(maildrop, server.all());
    check_all(retrieval, server);
    CHECK(server.waits == 10);
    CHECK(server.line->writes.size() == 10);
}

TEST_CASE("Pipelining can be switched off whatever the server announces")
{
    auto server = server_with(10);
    auto maildrop = server.maildrop();
    SECTION("by the caller") { maildrop.set_transfer({.pipelining = false}); }
    SECTION("by sizes that mean nothing") { maildrop.set_transfer({.sizes = pop3::SizeTrust::wrong}); }
    SECTION("by a window of one command") { maildrop.set_transfer({.window_commands = 1}); }
    Retrieval retrieval;
    retrieval.retr(maildrop, server.all());
    check_all(retrieval, server);
    CHECK(server.waits == 10);
}

TEST_CASE("The window counts octets that are expected back")
{
    auto server = server_with(40, 1000);
    auto maildrop = server.maildrop();
    maildrop.set_transfer({.window_octets = 5200}); // four or five messages
    std::size_t most = 0;
    Retrieval retrieval;
    const auto on_body = [&](const pop3::Message& message, pop3::Body& body) {
        most = std::max(most, server.heard.size() - message.number + 1);
        retrieval.on_body(message, body);
    };
    CHECK(maildrop.retr(server.all(), on_body, retrieval.on_refused) == 40);
    check_all(retrieval, server);
    CHECK(most == 5);
}

TEST_CASE("While a large message still arrives the next are asked for already")
{
    for (std::size_t piece = 1; piece <= 130; ++piece) { // also where a line end is cut in two
        INFO(piece);
        auto server = server_with(3);
        for (auto& message : server.messages)
            for (int i = 0; i < 100; ++i) message += "a line of some length, and many of them\n";
        server.piece = piece;
        auto maildrop = server.maildrop();
        maildrop.set_transfer({.window_octets = 2000}); // smaller than each of them
        Retrieval retrieval;
        std::vector<std::size_t> asked_before, asked_after;
        const auto on_body = [&](const pop3::Message& message, pop3::Body& body) {
            asked_before.push_back(server.heard.size());
            retrieval.on_body(message, body);
            asked_after.push_back(server.heard.size());
        };
        maildrop.retr(server.all(), on_body, retrieval.on_refused);
        check_all(retrieval, server);
        CHECK(asked_before == std::vector<std::size_t>{1, 2, 3});
        CHECK(asked_after == std::vector<std::size_t>{2, 3, 3});
    }
}

TEST_CASE("P31 a refusal in the middle concerns its own message only")
{
    auto server = server_with(10);
    server.replies["RETR 3"] = "-ERR [SYS/TEMP] Download exceeded\r\n";
    auto maildrop = server.maildrop();
    Retrieval retrieval;
    retrieval.retr(maildrop, server.all());
    REQUIRE(retrieval.rows.size() == 10);
    CHECK(retrieval.dealt_with == 10);
    for (const auto& row : retrieval.rows) CHECK(row.refused == (row.number == 3));
    CHECK(retrieval.rows[2].text == "[SYS/TEMP] Download exceeded");
    CHECK(retrieval.rows[9].text == server.messages[9]);
}

TEST_CASE("What a handler leaves unread is skipped")
{
    auto server = server_with(5);
    auto maildrop = server.maildrop();
    Retrieval retrieval;
    const auto on_body = [&](const pop3::Message& message, pop3::Body& body) {
        if (message.number % 2 == 0) retrieval.on_body(message, body);
    };
    CHECK(maildrop.retr(server.all(), on_body, retrieval.on_refused) == 5);
    REQUIRE(retrieval.rows.size() == 2);
    CHECK(retrieval.rows[1].text == server.messages[3]);
}

TEST_CASE("P35 a body of another size stops the window and nothing behind it is believed")
{
    auto server = server_with(10);
    server.listed[4] = 1;
    auto maildrop = server.maildrop();
    Retrieval retrieval;
    retrieval.retr(maildrop, server.all());
    CHECK(retrieval.dealt_with == 4);
    REQUIRE(retrieval.rows.size() == 4); // 5 to 10 were read and thrown away
    CHECK(retrieval.rows[3].text == server.messages[3]);
    CHECK(server.heard.back() == "LIST 4"); // the next reply must be to this

    const auto rest = server.all();
    retrieval.retr(maildrop, {rest.begin() + 4, rest.end()});
    CHECK(retrieval.dealt_with == 6);
    CHECK(retrieval.rows.size() == 10);
    CHECK(retrieval.rows[9].text == server.messages[9]);
}

TEST_CASE("P35 sizes that are known to be wrong are not compared")
{
    auto server = server_with(3);
    for (const std::size_t n : {1u, 2u, 3u}) server.listed[n] = 7;
    auto maildrop = server.maildrop();
    maildrop.set_transfer({.sizes = pop3::SizeTrust::wrong});
    Retrieval retrieval;
    retrieval.retr(maildrop, server.all());
    CHECK(retrieval.dealt_with == 3);
}

TEST_CASE("P12 an empty message comes with its number of octets")
{
    ToyServer server{{"", "Subject: x\n"}};
    server.listed[1] = 500;
    auto maildrop = server.maildrop();
    Retrieval retrieval;
    retrieval.retr(maildrop, server.all());
    REQUIRE(retrieval.rows.size() == 1);
    CHECK(retrieval.dealt_with == 1);
    CHECK(retrieval.rows[0].octets == 0);
    CHECK(retrieval.rows[0].text.empty());
}

TEST_CASE("P07 a dot that was not stuffed ends the session before the next command")
{
    ToyServer server{{"Subject: x\n\n.\nrest of the body\n", "Subject: y\n"}};
    server.stuffs = false;
    server.announced = {"UIDL"};
    auto maildrop = server.maildrop();
    Retrieval retrieval;
    retrieval.retr(maildrop, server.all());
    CHECK(retrieval.dealt_with == 1);
    CHECK(retrieval.rows[0].octets < server.size_of(1));
    try {
        maildrop.dele(std::vector<std::uint32_t>{1});
        FAIL("a command was sent into a session out of step");
    } catch (const pop3::ProtocolError& error) {
        CHECK(error.kind() == "proto.desync");
        CHECK(std::string{error.what()}.find("rest of the body") != std::string::npos);
    }
    CHECK_THROWS_AS(std::move(maildrop).quit(), base::Error);
    CHECK_FALSE(was_heard(server, "DELE"));
    CHECK_FALSE(was_heard(server, "QUIT"));
}

TEST_CASE("P08 replies that a body has forged are not believed")
{
    const std::string forged_body = "Subject: x\n\n.\n"; // ends the message for us
    std::string forged;
    SECTION("with the rest of a body behind them") { forged = "+OK\n.\n+OK\n.\n+OK\nmore\n"; }
    SECTION("one for each command under way") { forged = "+OK\n.\n+OK\n.\n"; }
    SECTION("and one for the question that would find them out") { forged = "+OK\n.\n+OK\n.\n+OK 1 9\n+OK\n"; }
    SECTION("that swallow the next real one") { forged = "+OK\nswallows\n"; }
    SECTION("that are no replies at all") { forged = "some text\n"; }
    ToyServer server{{forged_body + forged, "Subject: y\n", "Subject: z\n"}};
    server.stuffs = false;
    auto maildrop = server.maildrop();
    Retrieval retrieval;
    CHECK_THROWS_AS(retrieval.retr(maildrop, server.all()), pop3::PipeliningBroken);
    CHECK(retrieval.rows.size() == 1);
    CHECK_THROWS_AS(std::move(maildrop).quit(), base::Error);
    CHECK_FALSE(was_heard(server, "QUIT"));
}

TEST_CASE("N08 a server that hears only the first of several commands is told apart")
{
    auto server = server_with(20);
    server.deaf_after = 1;
    auto maildrop = server.maildrop();
    Retrieval retrieval;
    SECTION("and then is silent") { server.line->end = test::Wire::End::silent; }
    SECTION("and then closes the line") { server.line->end = test::Wire::End::closed; }
    SECTION("and then resets it") { server.line->end = test::Wire::End::reset; }
    try {
        retrieval.retr(maildrop, server.all());
        FAIL("the missing replies were not missed");
    } catch (const pop3::PipeliningBroken& error) {
        CHECK(error.kind() == "proto.pipelining");
        CHECK(error.status() == base::ExitStatus::protocol);
    }
    CHECK(retrieval.rows.size() == 1);
    CHECK(retrieval.rows[0].text == server.messages[0]);
}

TEST_CASE("N08 a server that has lost count is told apart")
{
    auto server = server_with(5);
    server.replies["RETR 2"] = "Subject: out of order\r\n.\r\n";
    auto maildrop = server.maildrop();
    Retrieval retrieval;
    CHECK_THROWS_AS(retrieval.retr(maildrop, server.all()), pop3::PipeliningBroken);
}

TEST_CASE("N04 a line that breaks within a reply is a broken line and no matter of pipelining")
{
    auto server = server_with(5);
    server.replies["RETR 3"] = "+OK\r\nSubject: cut sho";
    server.deaf_after = 3;
    server.end = test::Wire::End::closed;
    auto maildrop = server.maildrop();
    Retrieval retrieval;
    try {
        retrieval.retr(maildrop, server.all());
        FAIL("a message cut short was taken for whole");
    } catch (const net::ConnectionError& error) {
        CHECK(error.kind() == "net.eof");
    }
    CHECK(retrieval.rows.size() == 2);
}

TEST_CASE("N04 a server that has answered as many commands before is not suspected when the line breaks")
{
    auto server = server_with(3);
    server.end = test::Wire::End::closed;
    auto maildrop = server.maildrop();
    Retrieval retrieval;
    retrieval.retr(maildrop, server.all());
    server.deaf_after = 0;
    CHECK_THROWS_AS(retrieval.retr(maildrop, server.all()), net::ConnectionError);
}

TEST_CASE("P36 a body without end is given up")
{
    ToyServer server{{std::string(200'000, 'x') + "\n", "Subject: y\n"}};
    server.listed[1] = 100;
    auto maildrop = server.maildrop();
    maildrop.set_transfer({.max_message = 100'000});
    Retrieval retrieval;
    try {
        retrieval.retr(maildrop, server.all());
        FAIL("no end was seen");
    } catch (const pop3::ProtocolError& error) {
        CHECK(error.kind() == "proto.too_big");
    }
    CHECK_THROWS_AS(maildrop.noop(), base::Error);
}

TEST_CASE("P36 a body of as many octets as are allowed is taken and one more is not")
{
    const std::vector<std::string> messages{std::string(998, 'x') + "\n"}; // 1000 octets with its CRLF
    for (const std::uint64_t limit : {999u, 1000u, 1001u}) {
        ToyServer server{messages};
        server.listed[1] = 1;
        auto maildrop = server.maildrop();
        maildrop.set_transfer({.sizes = pop3::SizeTrust::wrong, .max_message = limit});
        Retrieval retrieval;
        if (limit < 1000)
            CHECK_THROWS_AS(retrieval.retr(maildrop, server.all()), pop3::ProtocolError);
        else
            CHECK_NOTHROW(retrieval.retr(maildrop, server.all()));
    }
}

TEST_CASE("P36 without a limit of one's own there is much room above what LIST says")
{
    ToyServer server{{std::string(200'000, 'x') + "\n"}};
    server.listed[1] = 100;
    auto maildrop = server.maildrop();
    Retrieval retrieval;
    retrieval.retr(maildrop, server.all());
    CHECK(retrieval.rows.size() == 1);
}

TEST_CASE("When a handler throws only hanging up is left")
{
    auto server = server_with(5);
    auto maildrop = server.maildrop();
    const auto on_body = [](const pop3::Message&, pop3::Body&) { throw std::runtime_error{"disk full"}; };
    CHECK_THROWS_AS(maildrop.retr(server.all(), on_body, [](const auto&, const auto&) {}), std::runtime_error);

    const auto sent = server.line->sent.size();
    try {
        std::move(maildrop).quit();
        FAIL("QUIT was sent");
    } catch (const base::Error& error) {
        CHECK(error.kind() == "session.over");
    }
    CHECK(server.line->sent.size() == sent);
    CHECK(server.line->stream_destroyed);
}

TEST_CASE("A sink that fails ends the session even if the handler says nothing of it")
{
    class Full final : public base::ByteSink {
    public:
        void write(std::string_view) override { throw std::runtime_error{"disk full"}; }
    };
    auto server = server_with(5);
    auto maildrop = server.maildrop();
    const auto on_body = [](const pop3::Message&, pop3::Body& body) {
        Full full;
        try {
            body.pour_into(full);
        } catch (const std::runtime_error&) { // swallowed
        }
    };
    CHECK_THROWS_AS(maildrop.retr(server.all(), on_body, [](const auto&, const auto&) {}), base::Error);
    CHECK_THROWS_AS(maildrop.noop(), base::Error);
}

TEST_CASE("P37 sizes beyond 4 GiB are counted and expected without wrapping")
{
    ToyServer server{{"Subject: x\n"}};
    server.listed[1] = 5'000'000'000;
    auto maildrop = server.maildrop();
    Retrieval retrieval;
    retrieval.retr(maildrop, {{1, 18'446'744'073'709'551'615u, {}}, {1, 5'000'000'000, {}}, {1, 12, {}}});
    CHECK(retrieval.dealt_with == 1); // the absurd ones are mismatches, no more
    retrieval.retr(maildrop, {{1, 5'000'000'000, {}}});
    retrieval.retr(maildrop, {{1, 12, {}}});
    CHECK(retrieval.rows.size() == 3);
}

TEST_CASE("TOP goes through the window too and is compared with nothing")
{
    auto server = server_with(500);
    for (std::size_t n = 1; n <= 500; ++n) server.listed[n] = 1'000'000'000;
    auto maildrop = server.maildrop();
    Retrieval retrieval;
    maildrop.top(server.all(), 5, retrieval.on_body, retrieval.on_refused);
    CHECK(retrieval.rows.size() == 500);
    CHECK(server.heard[0] == "TOP 1 5");
    CHECK(server.heard[499] == "TOP 500 5");
    CHECK(server.waits <= 3); // with LIST, which tells that no reply was taken for another's
    CHECK(server.most_outstanding <= 4096);
}

TEST_CASE("A surplus reply among several TOPs is found out, wherever it comes")
{
    for (const std::string at : {"TOP 1 0", "TOP 2 0", "TOP 4 0"}) {
        for (const std::string surplus : {"+OK\r\nSubject: nobody's\r\n.\r\n", "-ERR\r\n"}) {
            for (const bool several : {true, false}) {
                auto server = server_with(4);
                server.replies[at] = "+OK\r\nSubject: of it\r\n.\r\n" + surplus;
                auto maildrop = server.maildrop();
                maildrop.set_transfer({.pipelining = several});
                Retrieval retrieval;
                INFO(at << (several ? " among several" : " alone") << ", then " << surplus);
                CHECK_THROWS_AS(maildrop.top(server.all(), 0, retrieval.on_body, retrieval.on_refused),
                                pop3::ProtocolError);
            }
        }
    }
}

TEST_CASE("N08 what is proven of one verb is not proven of another")
{
    auto server = server_with(3);
    auto maildrop = server.maildrop();
    maildrop.scan(); // three at once
    server.deaf_after = 1;
    server.line->end = test::Wire::End::silent;
    Retrieval retrieval;
    try {
        retrieval.retr(maildrop, server.all());
        FAIL("the missing replies were not missed");
    } catch (const pop3::PipeliningBroken& error) {
        CHECK(error.verb() == "RETR");
    }
}

TEST_CASE("N08 a line that is reset within a reply, with commands behind it that nobody has read, is told apart")
{
    auto server = server_with(3);
    server.replies["RETR 1"] = "+OK\r\nSubject: cut sho";
    server.deaf_after = 1;
    server.end = test::Wire::End::reset;
    auto maildrop = server.maildrop();
    Retrieval retrieval;
    CHECK_THROWS_AS(retrieval.retr(maildrop, server.all()), pop3::PipeliningBroken);
    CHECK_FALSE(maildrop.broke_at());
}

TEST_CASE("N08 a verb that is known to break goes one at a time, and the others do not")
{
    auto server = server_with(3);
    auto maildrop = server.maildrop();
    pop3::Pipelining known;
    known.forbid("RETR");
    maildrop.set_pipelining(known);
    Retrieval retrieval;
    retrieval.retr(maildrop, server.all());
    CHECK(server.waits == 3);
    maildrop.dele(std::vector<std::uint32_t>{1, 2, 3});
    CHECK(server.waits == 4);
}

TEST_CASE("The message at whose RETR the session broke is known, however it broke")
{
    for (const std::string answer : {"", "\r\n", "+OK\r\nSubject: 2\r\n.\r", "+OK\r\nSubject: 2\n.\r\n"}) {
        auto server = server_with(3);
        server.replies["RETR 2"] = answer;
        auto maildrop = server.maildrop();
        maildrop.set_transfer({.pipelining = false});
        Retrieval retrieval;
        CHECK_THROWS_AS(retrieval.retr(maildrop, server.all()), base::Error);
        CHECK(maildrop.broke_at() == 2U);
    }
}

TEST_CASE("What a handler throws is no break of the session at its message")
{
    auto server = server_with(2);
    auto maildrop = server.maildrop();
    const auto no_room = [](const pop3::Message&, pop3::Body&) {
        throw net::ConnectionError{base::ExitStatus::temporary, "net.eof", "the LMTP server is gone"};
    };
    CHECK_THROWS_AS(maildrop.retr(server.all(), no_room, [](const auto&, const auto&) {}), base::Error);
    CHECK_FALSE(maildrop.broke_at());
}

TEST_CASE("TOP is not tried on a server that does not announce it")
{
    auto server = server_with(1);
    server.announced = {"UIDL"};
    auto maildrop = server.maildrop();
    Retrieval retrieval;
    CHECK_THROWS_AS(maildrop.top(server.all(), 0, retrieval.on_body, retrieval.on_refused), pop3::Refused);
    CHECK(server.heard.empty());
}

TEST_CASE("Nothing to retrieve says nothing")
{
    auto server = server_with(1);
    auto maildrop = server.maildrop();
    Retrieval retrieval;
    retrieval.retr(maildrop, {});
    CHECK(retrieval.dealt_with == 0);
    CHECK(server.heard.empty());
}
