#include <popfetch/smtp/session.hpp>

#include <csignal>

#include <popfetch/net/dial.hpp>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/memory_stream.hpp"
#include "support/temp_folder.hpp"
#include "support/tls_server.hpp"

namespace base = popfetch::base;
namespace net = popfetch::net;
namespace smtp = popfetch::smtp;
namespace test = popfetch::test;

namespace {

const smtp::SessionOptions lmtp{smtp::Protocol::lmtp, "client.example.org", {}};

struct Line {
    explicit Line(std::vector<std::string> said) : line{test::memory_stream(std::move(said))} {}

    smtp::Session session(const smtp::SessionOptions& options = lmtp)
    {
        return smtp::Session{std::move(line.stream), options};
    }

    test::MemoryLine line;
    test::Wire& wire = *line.wire;
};

std::string as_sent(std::string_view text, std::size_t split)
{
    Line line{{"220 ready\r\n", "250 hello\r\n"}};
    auto session = line.session();
    line.wire.sent.clear();
    smtp::MessageData data{session};
    data.write(text.substr(0, split));
    data.write(text.substr(split));
    data.finish();
    return line.wire.sent;
}

}

TEST_CASE("RFC 2033 §4.1 LHLO is the hello and its reply names the extensions")
{
    Line line{{"220 mail.example.org LMTP\r\n", "250-mail.example.org\r\n250-8bitmime\r\n250-SIZE 10\r\n250 DSN\r\n"}};
    const auto session = line.session();
    CHECK(line.wire.sent == "LHLO client.example.org\r\n");
    CHECK(session.offers("8BITMIME"));
    CHECK(session.offers("SIZE"));
    CHECK(session.offers("DSN"));
    CHECK_FALSE(session.offers("MAIL.EXAMPLE.ORG"));
    CHECK_FALSE(session.offers("STARTTLS"));
}

TEST_CASE("RFC 5321 §3.3 a transaction is MAIL, RCPT, DATA, the message and one verdict")
{
    Line line{
        {"220 ready\r\n", "250 hello\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n", "250-2.0.0\r\n250 kept\r\n"}};
    auto session = line.session({smtp::Protocol::esmtp, "client.example.org", {}});
    CHECK(session.mail("bob@example.org", " BODY=8BITMIME").is_positive());
    CHECK(session.rcpt("alice@example.org").is_positive());
    CHECK(session.data().asks_for_message());
    smtp::MessageData data{session};
    data.write("Subject: one\n\n.\n");
    data.finish();
    const auto verdict = session.read_verdict();
    CHECK(verdict.is_positive());
    CHECK(verdict.text == "2.0.0\nkept");
    CHECK(line.wire.sent == "EHLO client.example.org\r\nMAIL FROM:<bob@example.org> BODY=8BITMIME\r\n"
                            "RCPT TO:<alice@example.org>\r\nDATA\r\nSubject: one\r\n\r\n..\r\n.\r\n");
}

TEST_CASE("RFC 5321 §4.5.2 lines that begin with a dot get another and line ends become CRLF at every split")
{
    const std::string text = ".\n..a\nb.\n\n.c\r\nd\re";
    for (std::size_t split = 0; split <= text.size(); ++split)
        CHECK(as_sent(text, split) == "..\r\n...a\r\nb.\r\n\r\n..c\r\r\nd\re\r\n.\r\n");
    CHECK(as_sent("", 0) == ".\r\n");
}

TEST_CASE("A server that turns us away or is no mail server is told apart")
{
    CHECK(test::failure_of([] { Line{{"554 go away\r\n"}}.session(); }).kind == "smtp.refused");
    CHECK(test::failure_of([] { Line{{"220 hi\r\n", "502 what\r\n"}}.session(); }).says("refuses to talk: 502 what"));
    CHECK(test::failure_of([] { Line{{"HTTP/1.1 400 Bad Request\r\n"}}.session(); }).says("not a reply: HTTP/1.1"));
    CHECK(test::failure_of([] { Line{{"999 no\r\n"}}.session(); }).kind == "smtp.bad_reply");
    CHECK(test::failure_of([] { Line{{"220 " + std::string(10000, 'x')}}.session(); }).kind == "proto.line_too_long");
    std::vector<std::string> endless(300, "220-and\r\n");
    CHECK(test::failure_of([&] { Line{endless}.session(); }).says("a reply without end"));
    CHECK(test::failure_of([] { Line{{}}.session(); }).kind == "net.eof");
}

TEST_CASE("Lines that end in LF alone are read too")
{
    Line line{{"220 ready\n", "250-hello\n250 DSN\n"}};
    CHECK(line.session().offers("DSN"));
}

TEST_CASE("F20 after a signal there is time for the verdict")
{
    Line line{{"220 ready\r\n", "250 hello\r\n", "250-taken\r\n", "250 as 12\r\n"}};
    auto session = line.session();
    int reads = 0;
    // The signal comes between the two lines of the verdict.
    line.wire.before_read = [&] {
        if (++reads != 2) return;
        CHECK(line.wire.last_deadline.heeds_signals());
        throw base::Interrupted{SIGTERM};
    };
    const auto verdict = session.read_verdict();
    CHECK(verdict.text == "taken\nas 12");
    CHECK_FALSE(line.wire.last_deadline.heeds_signals());
    CHECK(line.wire.last_deadline.left() <= std::chrono::seconds{2});
}

TEST_CASE("F20 a verdict that does not come after a signal is an interruption")
{
    Line line{{"220 ready\r\n", "250 hello\r\n"}};
    auto session = line.session();
    line.wire.end = test::Wire::End::silent;
    bool first = true;
    line.wire.before_read = [&] {
        if (std::exchange(first, false)) throw base::Interrupted{SIGTERM};
    };
    CHECK_THROWS_AS(session.read_verdict(), base::Interrupted);
}

TEST_CASE("An address that could end itself or the command is none")
{
    CHECK(smtp::is_address("alice@example.org"));
    CHECK(smtp::is_address(""));
    for (const auto* const bad : {"a@b>\r\nRCPT TO:<c@d", "a b@c", "<a@b>", "a@b\x7f"})
        CHECK_FALSE(smtp::is_address(bad));
    CHECK_FALSE(smtp::is_address(std::string(400, 'x')));
}

TEST_CASE("RFC 3207 what was said in clear is forgotten after STARTTLS")
{
    test::TempFolder folder;
    const auto authority = test::make_authority("Test CA");
    test::put_text(folder / "ca.pem", authority.certificate_pem());
    std::string in_clear, heard;
    test::TlsServer server{{.identity = test::issue(authority, {.names = {"mail.example.org"}}),
                            .before =
                                [&](const base::Fd& socket) {
                                    test::say(socket, "220 ready\r\n");
                                    in_clear += test::hear(socket);
                                    test::say(socket, "250-hello\r\n250-STARTTLS\r\n250 DSN\r\n");
                                    in_clear += test::hear(socket);
                                    test::say(socket, "220 go\r\n");
                                },
                            .talk =
                                [&](test::TlsPeer& peer) {
                                    heard += peer.hear();
                                    peer.say("250-hello\r\n250 8BITMIME\r\n");
                                }}};
    net::DialOptions dial;
    dial.host = server.host();
    dial.port = server.port();
    smtp::Session session{net::dial(dial, net::Deadline::in(std::chrono::seconds{20})), lmtp};
    net::TlsOptions options;
    options.server_name = "mail.example.org";
    options.ca_file = folder / "ca.pem";
    options.alpn = false;
    session.start_tls(options);
    CHECK(session.offers("8BITMIME"));
    CHECK_FALSE(session.offers("DSN"));
    server.finish();
    CHECK(in_clear == "LHLO client.example.org\r\nSTARTTLS\r\n");
    CHECK(heard == "LHLO client.example.org\r\n");
}

TEST_CASE("STARTTLS that is not offered, refused or followed by clear bytes is not TLS")
{
    Line without{{"220 ready\r\n", "250 hello\r\n"}};
    auto session = without.session();
    CHECK(test::failure_of([&] { session.start_tls({}); }).kind == "tls.unavailable");
    CHECK(without.wire.sent == "LHLO client.example.org\r\n");

    Line refusing{{"220 ready\r\n", "250-hello\r\n250 STARTTLS\r\n", "454 not now\r\n"}};
    auto refused = refusing.session();
    CHECK(test::failure_of([&] { refused.start_tls({}); }).kind == "tls.unavailable");

    Line injecting{{"220 ready\r\n", "250-hello\r\n250 STARTTLS\r\n", "220 go\r\n250 DSN\r\n"}};
    auto injected = injecting.session();
    CHECK(test::failure_of([&] { injected.start_tls({}); }).kind == "tls.injection");
}
