#include <popfetch/pop3/reply.hpp>

#include <popfetch/pop3/error.hpp>

#include "support/catch.hpp"

namespace base = popfetch::base;
namespace pop3 = popfetch::pop3;
using base::ExitStatus;
using pop3::parse_reply;
using pop3::Refused;

TEST_CASE("A status line is +OK or -ERR and a text")
{
    const auto ok = parse_reply("+OK 2 messages (320 octets)");
    REQUIRE(ok);
    CHECK(ok->ok);
    CHECK(ok->text == "2 messages (320 octets)");
    CHECK(ok->code.empty());

    const auto error = parse_reply("-ERR no such message");
    REQUIRE(error);
    CHECK_FALSE(error->ok);
    CHECK(error->text == "no such message");
}

TEST_CASE("P04 no text and lower case are taken and everything else is not")
{
    REQUIRE(parse_reply("+OK"));
    CHECK(parse_reply("+OK")->text.empty());
    REQUIRE(parse_reply("+ok ready"));
    CHECK(parse_reply("+ok ready")->ok);
    REQUIRE(parse_reply("-err\tno"));
    CHECK(parse_reply("-err\tno")->text == "no");

    for (const auto* line : {"+OKfoo", " +OK", "", "OK", "+", "+ ", "-ERROR", "-ER", "220 ready", "* OK", ".", "+O"}) {
        INFO(line);
        CHECK_FALSE(parse_reply(line));
    }
}

TEST_CASE("P41 a response code is upper case and without its brackets")
{
    CHECK(parse_reply("-ERR [IN-USE] locked")->code == "IN-USE");
    CHECK(parse_reply("-ERR [sys/temp] later")->code == "SYS/TEMP");
    CHECK(parse_reply("-ERR [XYZ/ABC] what")->code == "XYZ/ABC");
    CHECK(parse_reply("-ERR [IN-USE] locked")->text == "[IN-USE] locked");
}

TEST_CASE("P41 an unclosed code is text")
{
    CHECK(parse_reply("-ERR [AUTH no")->code.empty());
    CHECK(parse_reply("-ERR [AUTH no")->text == "[AUTH no");
    CHECK(parse_reply("-ERR [not a code] no")->code.empty());
    CHECK(parse_reply("-ERR see [AUTH]")->code.empty());
}

TEST_CASE("A code is found by itself or by what stands before a slash")
{
    const auto reply = *parse_reply("-ERR [SYS/TEMP] later");
    CHECK(reply.has_code("SYS/TEMP"));
    CHECK(reply.has_code("SYS"));
    CHECK_FALSE(reply.has_code("SYS/"));
    CHECK_FALSE(reply.has_code("SY"));
    CHECK_FALSE(reply.has_code("SYS/PERM"));
}

TEST_CASE("The code decides what a refusal means")
{
    struct Row {
        const char* line;
        ExitStatus status;
        const char* kind;
    };
    const Row rows[] = {
        {"-ERR no", ExitStatus::unavailable, "server.refused"},
        {"-ERR [XYZ/ABC] no", ExitStatus::unavailable, "server.refused"},
        {"-ERR [IN-USE] no", ExitStatus::temporary, "server.in_use"},
        {"-ERR [LOGIN-DELAY] no", ExitStatus::temporary, "server.login_delay"},
        {"-ERR [SYS/TEMP] no", ExitStatus::temporary, "server.temporary"},
        {"-ERR [sys/perm] no", ExitStatus::protocol, "server.perm"},
    };
    for (const auto& row : rows) {
        INFO(row.line);
        const Refused refused{"pop.example.org:995: STAT", *parse_reply(row.line)};
        CHECK(refused.status() == row.status);
        CHECK(refused.kind() == row.kind);
    }
}

TEST_CASE("O01 the server's words stand in the message in quotes and printable")
{
    const Refused refused{"pop.example.org:995: RETR 3", *parse_reply("-ERR \x1b[2J gone")};
    CHECK(std::string{refused.what()} == "pop.example.org:995: RETR 3: \"\\x1b[2J gone\"");
    CHECK(refused.reply().text == "\x1b[2J gone");

    const Refused silent{"pop.example.org:995: RETR 3", *parse_reply("-ERR")};
    CHECK(std::string{silent.what()} == "pop.example.org:995: RETR 3");
}

TEST_CASE("A refused login is not tried again by itself")
{
    const pop3::LoginFailed failed{"pop.example.org:995: PASS", *parse_reply("-ERR [AUTH] no")};
    CHECK(failed.status() == ExitStatus::no_permission);
    CHECK(failed.kind() == "auth.refused");
}
