// RFC 1939 §10, the example session, as the RFC prints it. The first test of the tree.

#include "support/catch.hpp"
#include "support/transcript.hpp"

#include <popfetch/pop3/connection.hpp>
#include <popfetch/pop3/maildrop.hpp>

#include "pop3/wire.hpp"

namespace base = popfetch::base;
namespace net = popfetch::net;
namespace pop3 = popfetch::pop3;
namespace test = popfetch::test;

namespace {

// What the RFC abbreviates as "<the POP3 server sends message 1>", 120 octets and 200 octets of it.
constexpr auto session = R"(
    S: +OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>
    C: APOP mrose c4c9334bac560ecc979e58001b3e22fb
    S: +OK mrose's maildrop has 2 messages (320 octets)
    C: STAT
    S: +OK 2 320
    C: LIST
    S: +OK 2 messages (320 octets)
    S: 1 120
    S: 2 200
    S: .
    C: RETR 1
    S: +OK 120 octets
    S: From: rose@dbc.mtview.ca.us
    S: Subject: the first of the two messages of RFC 1939
    S:
    S: ..and a line with a dot before it: 1
    S: .
    C: DELE 1
    S: +OK message 1 deleted
    C: RETR 2
    S: +OK 200 octets
    S: From: rose@dbc.mtview.ca.us
    S: Subject: the second of the two messages of RFC 1939
    S:
    S: 12345678901234567890123456789012345678901234567890123456789012345678
    S: 12345678901234567890123456789012345678901234
    S: .
    C: DELE 2
    S: +OK message 2 deleted
    C: QUIT
    S: +OK dewey POP3 server signing off (maildrop empty)
)";

struct Retrieved {
    std::string text;
    std::uint64_t octets = 0;
};

Retrieved retrieve(pop3::Maildrop& maildrop, const pop3::Message& message)
{
    base::StringSink sink;
    Retrieved retrieved;
    maildrop.retr(
        {&message, 1},
        [&](const pop3::Message&, pop3::Body& body) {
            body.pour_into(sink);
            retrieved = {sink.text, body.octets()};
        },
        [](const pop3::Message&, const pop3::Reply&) { FAIL("refused"); });
    return retrieved;
}

}

TEST_CASE("The session of RFC 1939 section 10 goes as the RFC prints it")
{
    auto play = test::transcript(session);
    auto wire = std::make_unique<pop3::Wire>(std::move(play.stream), net::Timeouts{}, pop3::Trace{});
    CHECK(wire->read_greeting().text == "POP3 server ready <1896.697170952@dbc.mtview.ca.us>");
    wire->send_secret("APOP mrose ", base::Secret{"c4c9334bac560ecc979e58001b3e22fb"});
    CHECK(wire->read_reply("APOP").ok);

    pop3::Maildrop maildrop{std::move(wire), {}, true};
    const auto stat = maildrop.stat();
    CHECK(stat.messages == 2);
    CHECK(stat.octets == 320);

    const auto listing = maildrop.list();
    REQUIRE(listing.size() == 2);
    CHECK(listing.octets() == 320);

    const auto first = retrieve(maildrop, listing[0]);
    CHECK(first.octets == 120);
    CHECK(first.text == "From: rose@dbc.mtview.ca.us\nSubject: the first of the two messages of RFC 1939\n\n"
                        ".and a line with a dot before it: 1\n");
    CHECK(maildrop.dele(std::vector<std::uint32_t>{1}).empty());

    const auto second = retrieve(maildrop, listing[1]);
    CHECK(second.octets == 200);
    CHECK(maildrop.dele(std::vector<std::uint32_t>{2}).empty());

    CHECK(std::move(maildrop).quit().text == "dewey POP3 server signing off (maildrop empty)");
    INFO(play.complaint());
    CHECK(play.went_as_written());
}
