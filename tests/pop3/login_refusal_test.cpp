#include "support/catch.hpp"

#include "login_session.hpp"

namespace popfetch {

namespace {

test::LoginStory refused(const std::string& reply)
{
    return test::login(test::announcing({"USER"}) + "C: USER mrose\nS: +OK\nC: PASS secret\nS: " + reply + "\n",
                       test::with_password("mrose", "secret"));
}

}

TEST_CASE("A01 the code AUTH means the credentials whatever the words say")
{
    for (const auto* reply : {"-ERR [AUTH] invalid password", "-ERR [auth] account locked, please wait"}) {
        const auto story = refused(reply);
        CHECK(story.login_failed);
        CHECK(story.kind == "auth.refused");
        CHECK(story.status == base::ExitStatus::no_permission);
        CHECK(story.complaint == ""); // one attempt
        CHECK(story.dropped);
    }
}

TEST_CASE("A02 a bare refusal means the credentials")
{
    for (const auto* reply : {"-ERR", "-ERR invalid password", "-ERR Authentication failed.", "-ERR [XYZ/ABC] no"}) {
        const auto story = refused(reply);
        CHECK(story.login_failed);
        CHECK(story.status == base::ExitStatus::no_permission);
        CHECK(story.complaint == "");
    }
}

TEST_CASE("A02 L11 known words of a server that has no time make a refusal temporary and nothing more")
{
    for (const auto* words :
         {"maildrop already LOCKED", "mailbox in use", "server busy", "Temporary failure", "try again later",
          "[WHAT] mailbox is locked by another session", "Server Unavailable. 21", "Unable to open maildrop",
          "another session is already active", "maildrop lock busy!  Is another session active?",
          "Das Postfach wird bereits verwendet, bitte versuchen Sie es sp\u00e4ter", "Dienst nicht verf\u00fcgbar",
          "essayez plus tard", "\u7cfb\u7edf\u7e41\u5fd9", "\u8bf7\u7a0d\u540e\u518d\u8bd5", "down for maintenance"}) {
        CAPTURE(words);
        const auto story = refused(std::string{"-ERR "} + words);
        CHECK_FALSE(story.login_failed);
        CHECK(story.kind == "server.busy");
        CHECK(story.status == base::ExitStatus::temporary);
        CHECK(story.complaint == "");
    }
}

TEST_CASE("A03 a server that counts logins gets the pause of LOGIN-DELAY")
{
    for (const auto* words :
         {"[SYS/PERM] Exceeded the login limit for a 15 minute period", "please wait 15 minutes", "Too many logins",
          "login limit exceeded", "Maximum number of connections from user+IP exceeded"}) {
        CAPTURE(words);
        const auto story = refused(std::string{"-ERR "} + words);
        CHECK(story.kind == "server.login_delay");
        CHECK(story.status == base::ExitStatus::temporary);
    }
}

TEST_CASE("A02 a locked account is no busy mailbox")
{
    for (const auto* words : {"Account locked: too many failed login attempts", "your account is blocked",
                              "Limited access", "Too many invalid logon attempts."}) {
        CAPTURE(words);
        const auto story = refused(std::string{"-ERR "} + words);
        CHECK(story.kind == "auth.locked");
        CHECK(story.status == base::ExitStatus::no_permission);
        CHECK(story.text.find("more attempts may prolong it") != std::string::npos);
    }
}

TEST_CASE("A02 POP that is switched off is no wrong password")
{
    const auto story =
        refused("-ERR [SYS/PERM] Your account is not enabled for POP access. Please visit your settings");
    CHECK(story.kind == "auth.not_enabled");
    CHECK(story.status == base::ExitStatus::no_permission);
    CHECK(story.text.find("switch POP on") != std::string::npos);
}

TEST_CASE("A02 the user's name is no part of what the server says")
{
    const auto story = test::login(
        test::announcing({"USER"}) + "C: USER later@server-busy.example\nS: +OK\nC: PASS secret\nS: -ERR no such user: "
                                     "later@server-busy.example\n",
        test::with_password("later@server-busy.example", "secret"));
    CHECK(story.login_failed);
}

TEST_CASE("A02 an unknown text is about the credentials and is quoted")
{
    for (const auto* words : {"deadlock", "unlocked", "no waiters", "limitless", "Falsches Passwort"}) {
        const auto story = refused(std::string{"-ERR "} + words);
        CHECK(story.login_failed);
        CHECK(story.text.find(words) != std::string::npos);
    }
}

TEST_CASE("A03 response codes say why a login is refused")
{
    const struct {
        std::string reply, kind;
        base::ExitStatus status;
    } cases[] = {
        {"-ERR [IN-USE] mailbox is open elsewhere", "server.in_use", base::ExitStatus::temporary},
        {"-ERR [LOGIN-DELAY] minimum time between logins", "server.login_delay", base::ExitStatus::temporary},
        {"-ERR [SYS/TEMP] backend is down", "server.temporary", base::ExitStatus::temporary},
        {"-ERR [SYS/PERM] POP access is switched off", "server.perm", base::ExitStatus::protocol},
    };
    for (const auto& [reply, kind, status] : cases) {
        const auto story = refused(reply);
        CHECK_FALSE(story.login_failed);
        CHECK(story.kind == kind);
        CHECK(story.status == status);
        CHECK(story.text.find("login refused with USER") != std::string::npos);
    }
}

TEST_CASE("O01 the server's words are shown without control characters")
{
    const auto story = refused("-ERR \\x1b[2J no");
    CHECK(story.text.find('\x1b') == std::string::npos);
    CHECK(story.text.find("\\x1b[2J no") != std::string::npos);
}

TEST_CASE("The advice fits what was used")
{
    CHECK(refused("-ERR no").text.ends_with("; check the password"));
    auto with_certificate = pop3::LoginOptions{};
    with_certificate.credentials.client_certificate = true;
    CHECK(test::login(test::announcing({"SASL EXTERNAL"}) + "C: AUTH EXTERNAL =\nS: -ERR unknown certificate\n",
                      with_certificate)
              .text.find("; check tls_client_cert") != std::string::npos);
}

}
