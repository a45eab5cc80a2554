// STAT, LIST and UIDL.

#include <popfetch/pop3/maildrop.hpp>

#include "pop3/maildrop_session.hpp"
#include "pop3/toy_server.hpp"
#include "support/catch.hpp"

namespace base = popfetch::base;
namespace net = popfetch::net;
namespace pop3 = popfetch::pop3;
namespace test = popfetch::test;
using test::after_login;
using test::announcing;
using test::Known;

namespace {

// The error's kind, or "" when there was none.
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

// A scan of which one reply is given and the others are of two good messages.
pop3::Listing scan_with(const std::string& stat, const std::string& list = "S: 1 10\nS: 2 20\n",
                        const std::string& uidl = "S: 1 a\nS: 2 b\n")
{
    auto session = after_login("C: STAT\nC: LIST\nC: UIDL\nS: " + stat + "\nS: +OK\n" + list + "S: .\nS: +OK\n" + uidl +
                                   "S: .\nC: NOOP\nS: +OK\n",
                               announcing({"PIPELINING", "UIDL"}));
    auto listing = session.maildrop.scan();
    session.maildrop.noop();
    CHECK(session.play.complaint() == "");
    return listing;
}

}

TEST_CASE("STAT and LIST and UIDL go out in one write")
{
    auto session = after_login(R"(
        C: STAT
        C: LIST
        C: UIDL
        S: +OK 2 320
        S: +OK 2 messages (320 octets)
        S: 1 120
        S: 2 200
        S: .
        S: +OK
        S: 1 whqtswO00WBw418f9t5JxYwZ
        S: 2 QhdPYR:00WBw1Ph7x7
        S: .
    )",
                               announcing({"PIPELINING", "UIDL"}));
    const auto listing = session.maildrop.scan();
    REQUIRE(listing.size() == 2);
    CHECK(listing[0].number == 1);
    CHECK(listing[0].size == 120);
    CHECK(listing[0].uid == "whqtswO00WBw418f9t5JxYwZ");
    CHECK(listing[1].uid == "QhdPYR:00WBw1Ph7x7");
    CHECK(listing.complete);
    CHECK(listing.has_uids);
    CHECK(session.play.wire->writes == std::vector<std::string>{"STAT\r\nLIST\r\nUIDL\r\n"});
    CHECK(session.maildrop.turns() == 1);
    CHECK(session.play.went_as_written());
}

TEST_CASE("A server that is known to pipeline is asked for its capabilities in the same write")
{
    auto session = after_login(R"(
        C: CAPA
        C: STAT
        C: LIST
        C: UIDL
        S: +OK
        S: TOP
        S: UIDL
        S: PIPELINING
        S: .
        S: +OK 0 0
        S: +OK
        S: .
        S: +OK
        S: .
    )",
                               announcing({"PIPELINING", "SASL PLAIN", "STLS"}), Known::before_login);
    const auto listing = session.maildrop.scan();
    CHECK(listing.empty());
    CHECK(listing.complete);
    CHECK(session.play.wire->writes.size() == 1);
    CHECK(session.maildrop.capabilities().top);
    CHECK(session.maildrop.capabilities().sasl.empty());

    const auto both = session.maildrop.to_remember();
    CHECK((both.top && both.pipelining && both.stls));
    CHECK(both.sasl == std::vector<std::string>{"PLAIN"});
}

TEST_CASE("P30 what is announced only after login is asked for and used")
{
    auto session = after_login(R"(
        C: CAPA
        S: +OK
        S: uidl
        S: pipelining
        S: .
        C: STAT
        C: LIST
        C: UIDL
        S: +OK 0 0
        S: +OK
        S: .
        S: +OK
        S: .
    )",
                               announcing({"USER"}), Known::before_login);
    CHECK(session.maildrop.scan().complete);
    CHECK(session.play.wire->writes.size() == 2);
}

TEST_CASE("Without PIPELINING they go one after another")
{
    auto session = after_login(R"(
        C: STAT
        S: +OK 1 10
        C: LIST
        S: +OK
        S: 1 10
        S: .
        C: UIDL
        S: +OK
        S: 1 a
        S: .
    )",
                               announcing({"UIDL"}));
    CHECK(session.maildrop.scan().complete);
    CHECK(session.play.wire->writes.size() == 3);
}

TEST_CASE("Pipelining that is switched off stays off for the scan")
{
    auto session = after_login("C: STAT\nS: +OK 0 0\nC: LIST\nS: +OK\nS: .\nC: UIDL\nS: +OK\nS: .\n",
                               announcing({"PIPELINING"}), Known::before_login);
    session.maildrop.set_transfer({.pipelining = false});
    session.maildrop.scan();
    CHECK(session.play.wire->writes.size() == 3);
}

TEST_CASE("P17 STAT is advice and nonsense in it is passed over")
{
    for (const auto* stat : {"+OK", "+OK x y", "+OK -1 5", "+OK 1 18446744073709551617", "+OK two 20", "+OK 2147483648 5"}) {
        INFO(stat);
        const auto listing = scan_with(stat);
        CHECK(listing.size() == 2);
        CHECK(listing.complete);
    }
    CHECK(scan_with("+OK 2 99999999").complete);
}

TEST_CASE("P18 when STAT and LIST and UIDL disagree nothing is said to be gone")
{
    CHECK_FALSE(scan_with("+OK 3 35").complete);
    CHECK_FALSE(scan_with("+OK 2 30", "S: 1 10\nS: 2 20\nS: 3 30\n").complete);
    CHECK_FALSE(scan_with("+OK 2 30", "S: 1 10\n").complete);
    CHECK_FALSE(scan_with("+OK 2 30", "S: 1 10\nS: 2 20\n", "").complete);
}

TEST_CASE("P19 lines of LIST without sense are skipped and counted")
{
    const auto listing = scan_with("+OK 2 30", "S: +OK\nS: 1 10\nS: 1\nS: x 5\nS: 0 5\nS: 2\\t20 extra\n");
    CHECK(listing.size() == 2);
    CHECK(listing.skipped_lines == 4);
}

TEST_CASE("L01 a message whose size LIST does not give is listed all the same")
{
    for (const auto* size : {"", " ", " many", " -1", " -20", " 12345678901234567890", " %!d(float64=5461)"}) {
        INFO(size);
        const auto listing = scan_with("+OK 2 30", "S: 1 10\nS: 2" + std::string{size} + "\n");
        REQUIRE(listing.size() == 2);
        CHECK(listing.complete);
        CHECK(listing.skipped_lines == 0);
        CHECK(listing[0].has_size);
        CHECK_FALSE(listing[1].has_size);
        CHECK_FALSE(listing[1].is_whole(0));
        CHECK(listing[1].identified());
    }
}

TEST_CASE("L02 L03 a message that only LIST or only UIDL names is listed with what is known")
{
    const auto listing = scan_with("+OK 3 35", "S: 1 10\nS: 2 20\n", "S: 1 a\nS: 3 c\n");
    REQUIRE(listing.size() == 3);
    CHECK(listing[0].has_uid_line);
    CHECK_FALSE(listing[1].has_uid_line);
    CHECK_FALSE(listing[1].identified());
    CHECK(listing[1].size == 20);
    CHECK(listing[2].uid == "c");
    CHECK_FALSE(listing[2].has_size);
    CHECK_FALSE(listing.complete);
    CHECK(listing.unlisted == 0);
    CHECK(scan_with("+OK 5 50").unlisted == 3);
}

TEST_CASE("P20 P22 UIDL lines with odd blanks and without a UID")
{
    const auto listing = scan_with("+OK 2 30", "S: 1 10\nS: 2 20\n", "S: 1   a b \\t\nS: 2 \n");
    CHECK(listing[0].uid == "a b");
    CHECK_FALSE(listing[1].identified());
    CHECK(listing.complete);
}

TEST_CASE("P23 a UID may hold any bytes and a dot before it is stuffed like any other")
{
    const auto listing = scan_with("+OK 2 30", "S: 1 10\nS: 2 20\n", "S: 1 ../\\x1b[2J\\xff\nS: 2 .\\0x\n");
    CHECK(listing[0].uid == "../\x1b[2J\xff");
    CHECK(listing[1].uid == std::string_view{".\0x", 3});
}

TEST_CASE("P27 a listing without end is given up")
{
    for (const auto* endless : {"LIST", "UIDL"}) {
        test::ToyServer server{{"a\n"}};
        std::string rows = "+OK\r\n";
        for (int i = 0; i <= 1'000'000; ++i) rows += "1 1\r\n";
        server.replies[endless] = rows;
        auto maildrop = server.maildrop();
        CHECK(kind_of([&] { maildrop.scan(); }) == "proto.limit");
        CHECK(kind_of([&] { maildrop.noop(); }) == "session.over");
    }
}

TEST_CASE("P27 a listing of as many messages as are allowed is taken whole")
{
    test::ToyServer server{{"a\n"}};
    std::string rows = "+OK\r\n";
    for (int i = 1; i <= 1'000'000; ++i) rows += std::to_string(i) + " 1\r\n";
    server.replies["LIST"] = rows + ".\r\n";
    auto maildrop = server.maildrop();
    CHECK(kind_of([&] { maildrop.scan(); }) == "");
}

TEST_CASE("P27 a listing of few but long lines is given up too")
{
    test::ToyServer server{{"a\n"}};
    std::string rows = "+OK\r\n";
    for (int i = 0; i < 1050; ++i) rows += "1 " + std::string(65000, 'u') + "\r\n";
    server.replies["UIDL"] = rows;
    auto maildrop = server.maildrop();
    CHECK(kind_of([&] { maildrop.scan(); }) == "proto.limit");
}

TEST_CASE("P27 CAPA without end is given up")
{
    test::ToyServer server{{}};
    std::string rows = "+OK\r\n";
    for (int i = 0; i <= 1000; ++i) rows += "X-CAPA-" + std::to_string(i) + "\r\n";
    server.replies["CAPA"] = rows;
    server.replies["UIDL"] = "-ERR\r\n"; // so that what is remembered is put in doubt
    auto maildrop = server.maildrop();
    CHECK(kind_of([&] { maildrop.scan(); }) == "proto.limit");
}

TEST_CASE("P28 UIDL cut short by the end of the line is a broken line")
{
    auto session = after_login("C: STAT\nC: LIST\nC: UIDL\nS: +OK 3 30\nS: +OK\nS: 1 10\nS: 2 10\nS: 3 10\nS: .\n"
                               "S: +OK\nS: 1 a\n",
                               announcing({"PIPELINING", "UIDL"}));
    CHECK(kind_of([&] { session.maildrop.scan(); }) == "net.eof");
}

TEST_CASE("P29 UIDL that fails though announced ends the run for now")
{
    auto session = after_login("C: STAT\nC: LIST\nC: UIDL\nS: +OK 1 10\nS: +OK\nS: 1 10\nS: .\nS: -ERR broken\n"
                               "C: CAPA\nS: +OK\nS: UIDL\nS: .\n",
                               announcing({"PIPELINING", "UIDL"}));
    try {
        session.maildrop.scan();
        FAIL("the refusal was not reported");
    } catch (const pop3::Refused& refused) {
        CHECK(refused.status() == base::ExitStatus::temporary);
        CHECK(refused.kind() == "server.uidl");
        CHECK(std::string{refused.what()}.find("\"broken\"") != std::string::npos);
    }
}

TEST_CASE("P29 a server that does not announce UIDL has messages without identity")
{
    auto session = after_login("C: CAPA\nS: -ERR what\nC: STAT\nS: +OK 1 10\nC: LIST\nS: +OK\nS: 1 10\nS: .\nC: UIDL\n"
                               "S: -ERR unknown command\n",
                               {}, Known::before_login);
    const auto listing = session.maildrop.scan();
    CHECK_FALSE(listing.has_uids);
    CHECK_FALSE(listing.complete);
    REQUIRE(listing.size() == 1);
    CHECK_FALSE(listing[0].identified());
    CHECK(session.play.went_as_written());
}

TEST_CASE("P29 a server remembered to have UIDL that has it no longer is asked again")
{
    auto session = after_login("C: STAT\nC: LIST\nC: UIDL\nS: +OK 1 10\nS: +OK\nS: 1 10\nS: .\nS: -ERR unknown\n"
                               "C: CAPA\nS: +OK\nS: TOP\nS: .\n",
                               announcing({"PIPELINING", "UIDL"}));
    CHECK_FALSE(session.maildrop.scan().has_uids);
    CHECK_FALSE(session.maildrop.capabilities().uidl);
}

TEST_CASE("A05 STAT refused after login ends the session with what its code says")
{
    auto session = after_login("C: STAT\nC: LIST\nC: UIDL\nS: -ERR [SYS/PERM] no POP for you\nS: -ERR\nS: -ERR\n",
                               announcing({"PIPELINING", "UIDL"}));
    try {
        session.maildrop.scan();
        FAIL("the refusal was not reported");
    } catch (const pop3::Refused& refused) {
        CHECK(refused.status() == base::ExitStatus::protocol);
        CHECK(refused.kind() == "server.perm");
    }
}

TEST_CASE("N08 a server that answers only the first of the three is told apart")
{
    auto session =
        after_login("C: STAT\nC: LIST\nC: UIDL\nS: +OK 1 10\nS! silent\n", announcing({"PIPELINING", "UIDL"}));
    CHECK_THROWS_AS(session.maildrop.scan(), pop3::PipeliningBroken);
}

TEST_CASE("A line that closes while nothing is pipelined is a broken line")
{
    auto session = after_login("C: STAT\n", announcing({"UIDL"}));
    CHECK(kind_of([&] { session.maildrop.scan(); }) == "net.eof");
}

TEST_CASE("S08 a hundred thousand messages are listed whole")
{
    std::vector<std::string> messages(100'000, "x\n");
    test::ToyServer server{messages};
    auto maildrop = server.maildrop();
    const auto listing = maildrop.scan();
    REQUIRE(listing.size() == 100'000);
    CHECK(listing[99'999].uid == "uid100000");
    CHECK(listing.find(50'000)->uid == "uid50000");
}

TEST_CASE("STAT alone gives two numbers or an error")
{
    auto session = after_login("C: STAT\nS: +OK 2 320 and more\n", {});
    CHECK(session.maildrop.stat().messages == 2);
    auto odd = after_login("C: STAT\nS: +OK\n", {});
    CHECK(kind_of([&] { odd.maildrop.stat(); }) == "proto.bad_reply");
    auto refused = after_login("C: STAT\nS: -ERR\n", {});
    CHECK(kind_of([&] { refused.maildrop.stat(); }) == "server.refused");
}

TEST_CASE("LIST of one message must name that message")
{
    auto session = after_login("C: LIST 2\nS: +OK 2 200\n", {});
    CHECK(session.maildrop.list(2).size == 200);
    auto other = after_login("C: LIST 2\nS: +OK 3 200\n", {});
    CHECK(kind_of([&] { other.maildrop.list(2); }) == "proto.bad_reply");
    auto refused = after_login("C: LIST 3\nS: -ERR no such message, only 2 messages in maildrop\n", {});
    CHECK(kind_of([&] { refused.maildrop.list(3); }) == "server.refused");
}

TEST_CASE("P26 UIDL of one message that names no number or another is no answer")
{
    auto session =
        after_login("C: UIDL 2\nS: +OK 2 QhdPYR:00WBw1Ph7x7\nC: UIDL 2\nS: +OK QhdPYR\nC: UIDL 2\nS: +OK 3 x\n"
                    "C: UIDL 2\nS: -ERR\nC: UIDL 2\nS: +OK 2\n",
                    {});
    CHECK(session.maildrop.uidl(2) == "QhdPYR:00WBw1Ph7x7");
    for (int i = 0; i < 4; ++i) CHECK_FALSE(session.maildrop.uidl(2));
    CHECK(session.play.went_as_written());
}
