#include "support/catch.hpp"

#include <netinet/in.h>

#include "support/errors.hpp"
#include "support/tls_server.hpp"

#include "killed.hpp"

using namespace popfetch;
using namespace popfetch::test;
using base::ExitStatus;
using delivery::Outcome;
using delivery::Receipt;

namespace {

const std::string message = "Subject: one\n\nHello\n";

Outcome deliver(delivery::Target& target, const std::string& text = message)
{
    return target.publish(stage(target, {text})).at(0);
}

bool is_refusal(const Outcome& outcome, std::string_view kind, std::string_view words)
{
    return outcome.kind == Outcome::Kind::refused && outcome.error->kind() == kind &&
           std::string_view{outcome.error->what()}.find(words) != std::string_view::npos;
}

}

TEST_CASE("A message goes over LMTP with one recipient and its delivery id")
{
    LmtpStand stand;
    auto target = stand.start();
    const auto outcome = deliver(*target);
    CHECK(outcome.kind == Outcome::Kind::published);
    CHECK(outcome.place == "lmtp:alice@example.org");
    CHECK(stand.delivered() == std::vector{message});
    auto commands = stand.server.commands();
    REQUIRE(commands.size() == 4);
    CHECK(commands[0].starts_with("LHLO "));
    CHECK(commands[1] == "MAIL FROM:<> BODY=8BITMIME ENVID=" + envelope().delivery_id);
    CHECK(commands[2] == "RCPT TO:<alice@example.org>");
    CHECK(commands[3] == "DATA");
}

TEST_CASE("The connection is kept for the next message and what a server does not offer is not used")
{
    LmtpStand stand;
    stand.server.say("LHLO", "250 test");
    stand.spec.sender = "bob@example.org";
    auto target = stand.start();
    deliver(*target);
    deliver(*target);
    const auto commands = stand.server.commands();
    REQUIRE(commands.size() == 7);
    CHECK(commands[1] == "MAIL FROM:<bob@example.org>");
    CHECK(commands[4] == commands[1]);
}

TEST_CASE("A refusal is that of one message and the connection serves the next")
{
    for (const std::string verb : {"MAIL", "RCPT", "DATA", "."}) {
        CAPTURE(verb);
        LmtpStand stand;
        auto target = stand.start();
        stand.server.say(verb, "550-5.1.1 no\r\n550 such\x1b[2J user");
        CHECK(is_refusal(deliver(*target), "delivery.refused", "550 5.1.1 no"));
        CHECK(stand.server.commands().back() == "RSET");
        stand.server.say(verb, "452 mailbox full");
        const auto full = deliver(*target);
        CHECK(is_refusal(full, "delivery.temporary", "452 mailbox full"));
        CHECK(full.error->status() == ExitStatus::temporary);
        CHECK(stand.traces().empty());
        CHECK(std::string_view{full.error->what()}.find('\x1b') == std::string_view::npos);
    }
}

TEST_CASE("A connection that the server has closed meanwhile is made anew")
{
    LmtpStand stand;
    auto target = stand.start();
    deliver(*target);
    stand.server.say("MAIL", "421 idle too long");
    CHECK(is_refusal(deliver(*target), "delivery.temporary", "421")); // also on the new one
    CHECK(std::ranges::count_if(stand.server.commands(), [](const auto& line) { return line.starts_with("LHLO"); }) ==
          2);
    stand.server.say("MAIL", "250 ok");
    CHECK(deliver(*target).kind == Outcome::Kind::published);
}

TEST_CASE("F20 a connection that breaks before the last reply leaves the message in doubt")
{
    LmtpStand stand;
    auto target = stand.start();
    stand.server.say(".", "");
    CHECK(is_refusal(deliver(*target), "delivery.temporary", "closed the connection"));
    CHECK(stand.delivered().size() == 1);

    LmtpStand holding;
    holding.spec.hold_uncertain = true;
    target = holding.start();
    holding.server.say(".", "");
    CHECK(is_refusal(deliver(*target), "delivery.uncertain", "may have been delivered"));
    holding.server.say("RCPT", "");
    CHECK(is_refusal(deliver(*target), "delivery.temporary", "closed the connection")); // no doubt about this one
}

TEST_CASE("F20 a crash after the server took the message repeats it under the same id")
{
    LmtpStand stand;
    const auto receipts = stage(*stand.start(), {message});
    REQUIRE(publish_and_be_killed(stand, receipts, {.at = 1, .only = FileCall::rename, .kill = true}) == killed_status);
    for (int run = 0; run < 2; ++run)
        CHECK(all_are(stand.start(receipts)->publish(receipts), Outcome::Kind::published));
    CHECK(stand.delivered() == std::vector{message, message});
}

TEST_CASE("A server that cannot be reached or will not talk stops the run before anything is fetched")
{
    LmtpStand stand;
    stand.server.say("greeting", "554 go away");
    auto failure = failure_of([&] { stand.start(); });
    CHECK(failure.kind == "lmtp.unreachable");
    CHECK(failure.is_temporary());
    CHECK(failure.says("refuses to talk: 554 go away"));
    stand.server.say("greeting", "HTTP/1.1 400 Bad Request");
    CHECK(failure_of([&] { stand.start(); }).says("not a reply: HTTP/1.1"));
    stand.server.say("greeting", "220 " + std::string(10000, 'x'));
    CHECK(failure_of([&] { stand.start(); }).says("a line of more than"));

    stand.spec.path = stand.folder / "no-socket";
    failure = failure_of([&] { stand.start(); });
    CHECK(failure.kind == "lmtp.unreachable");
    CHECK(failure.is_temporary());
    stand.spec.path = "/" + std::string(200, 'x');
    CHECK(failure_of([&] { stand.start(); }).says("too long for the path of a socket"));
}

TEST_CASE("A server over TCP that does not answer in time is unreachable")
{
    const base::Fd listening{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listening.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listening.get(), 1) == 0);
    REQUIRE(::getsockname(listening.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);

    LmtpStand stand;
    stand.spec.path.clear();
    stand.spec.host = "127.0.0.1";
    stand.spec.port = ntohs(address.sin_port);
    stand.spec.timeout = std::chrono::seconds{1};
    CHECK(failure_of([&] { stand.start(); }).says("no answer"));
}

TEST_CASE("A server over TCP can be reached by TLS and its certificate is verified")
{
    test::TempFolder folder;
    const auto authority = test::make_authority("Test CA");
    test::put_text(folder / "ca.pem", authority.certificate_pem());
    std::string heard;
    test::TlsServer server{
        {.identity = test::issue(authority, {.addresses = {"127.0.0.1"}}), .talk = [&](test::TlsPeer& peer) {
             peer.say("220 ready\r\n");
             for (const auto* const reply : {"250 hello\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n"}) {
                 heard += peer.hear();
                 peer.say(reply);
             }
             while (!heard.ends_with("\r\n.\r\n")) heard += peer.hear();
             peer.say("250 taken\r\n");
         }}};
    LmtpStand stand;
    stand.spec.path.clear();
    stand.spec.host = "127.0.0.1";
    stand.spec.port = server.port();
    stand.spec.tls = delivery::Spec::Tls::implicit;
    stand.spec.tls_ca_file = folder / "ca.pem";
    CHECK(deliver(*stand.start()).kind == Outcome::Kind::published);
    CHECK(server.finish().shook_hands);
    CHECK(heard.find("DATA\r\nSubject: one\r\n\r\nHello\r\n.\r\n") != std::string::npos);
}

TEST_CASE("An LMTP server without the encryption that was asked for gets no message")
{
    LmtpStand stand;
    stand.spec.tls = delivery::Spec::Tls::starttls;
    CHECK(failure_of([&] { stand.start(); }).kind == "tls.unavailable");
    CHECK(stand.server.commands().size() == 1);
}

TEST_CASE("An address that could end the command is an error of the configuration")
{
    for (const auto& address : {"a@b>\r\nRCPT TO:<c@d"s, "a b@c"s, "<a@b>"s, std::string(400, 'x')}) {
        LmtpStand stand;
        stand.spec.recipient = address;
        CHECK(failure_of([&] { stand.open(); }).status == ExitStatus::config);
        stand.spec.recipient = "a@b";
        stand.spec.sender = address;
        CHECK(failure_of([&] { stand.open(); }).says("sender"));
    }
}
