#include "support/catch.hpp"

#include "login_session.hpp"

namespace popfetch {

using test::announcing;
using test::login;

TEST_CASE("USER and PASS log in where the server does not know CAPA")
{
    const auto story = login(R"(
        S: +OK POP3 server ready
        C: CAPA
        S: -ERR what
        C: USER mrose
        S: +OK mrose is a real hoopy frood
        C: PASS secret
        S: +OK mrose's maildrop has 2 messages (320 octets)
    )",
                             test::with_password("mrose", "secret"));
    CHECK(story.mechanism == "USER");
    CHECK(story.complaint == "");
}

TEST_CASE("PASS is not sent where USER is refused")
{
    const auto story = login(announcing({"USER"}) + R"(
        C: USER frated
        S: -ERR sorry, no mailbox for frated here
    )",
                             test::with_password("frated", "secret"));
    CHECK(story.login_failed);
    CHECK(story.kind == "auth.refused");
    CHECK(story.text ==
          "pop.example.org:995: login refused with USER: \"sorry, no mailbox for frated here\"; check the password");
    CHECK(story.complaint == "");
    CHECK(story.dropped);
}

TEST_CASE("USER and PASS go in one write where the server announces PIPELINING")
{
    const auto session = announcing({"USER", "PIPELINING"}) + R"(
        C: USER mrose
        C: PASS secret
        S: +OK
        S: +OK
    )";
    const auto story = login(session, test::with_password("mrose", "secret"));
    CHECK(story.mechanism == "USER");
    CHECK(story.complaint == "");
    REQUIRE(story.writes.size() == 2);
    CHECK(story.writes[1] == "USER mrose\r\nPASS secret\r\n");

    auto careful = test::with_password("mrose", "secret");
    careful.pipelining.forbid("USER");
    CHECK(login(announcing({"USER", "PIPELINING"}) + R"(
        C: USER mrose
        S: +OK
        C: PASS secret
        S: +OK
    )",
                careful)
              .complaint == "");
}

TEST_CASE("The refusal of USER is what counts where PASS went with it")
{
    const auto story = login(announcing({"USER", "PIPELINING"}) + R"(
        C: USER mrose
        C: PASS secret
        S: -ERR [IN-USE] do you have another POP session running?
        S: -ERR send USER first
    )",
                             test::with_password("mrose", "secret"));
    CHECK(story.kind == "server.in_use");
    CHECK(story.status == base::ExitStatus::temporary);
}

TEST_CASE("A04 N08 a close after USER's reply is about the password and not about pipelining")
{
    const auto session = announcing({"USER", "PIPELINING"}) + R"(
        C: USER mrose
        C: PASS secret
        S: +OK
    )";
    CHECK(login(session, test::with_password("mrose", "secret")).kind == "auth.closed");
    CHECK(login(session + "S! silent\n", test::with_password("mrose", "secret")).kind == "proto.pipelining");
}

TEST_CASE("A15 PASS carries odd passwords exactly")
{
    const std::string password = " blanks  \\\\ %s \"quoted\" 'and' \x7f ";
    const auto story =
        login(announcing({"USER"}) + "C: USER mrose\nS: +OK\nC: PASS  blanks  \\\\\\\\ %s \"quoted\" 'and' "
                                     "\\x7f \nS: +OK\n",
              test::with_password("mrose", password));
    CHECK(story.mechanism == "USER");
    CHECK(story.complaint == "");
    CHECK(story.sent.ends_with("PASS " + password + "\r\n"));
}

TEST_CASE("L10 characters beyond ASCII go to USER and PASS as they are whatever the server announces")
{
    for (const auto& lines : {std::vector<std::string>{"USER"}, {"USER", "UTF8 USER"}}) {
        const auto story = login(announcing(lines) + "C: USER m\u00fcller\nS: +OK\nC: PASS p\u00e4ss\nS: +OK\n",
                                 test::with_password("m\u00fcller", "p\u00e4ss"));
        CHECK(story.mechanism == "USER");
        CHECK(story.complaint == "");
    }
}

TEST_CASE("A15 a password that is too long for one line is not sent with PASS")
{
    const std::string fits(248, 'x');
    const auto story = login(announcing({"USER"}) + "C: USER mrose\nS: +OK\nC: PASS " + fits + "\nS: +OK\n",
                             test::with_password("mrose", fits));
    CHECK(story.mechanism == "USER");
    CHECK(story.complaint == "");

    const auto refused = login(announcing({"USER"}), test::with_password("mrose", fits + "x"));
    CHECK(refused.kind == "auth.no_mechanism");
    CHECK(refused.complaint == "");
}

}
