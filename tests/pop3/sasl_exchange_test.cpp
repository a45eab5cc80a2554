#include "support/catch.hpp"

#include <popfetch/base/base64.hpp>

#include "login_session.hpp"
#include "pop3/sasl_exchange.hpp"
#include "pop3/wire.hpp"

namespace popfetch {

using test::announcing;
using test::login;
using test::only;

namespace {

std::string base64(std::string_view text) { return base::to_base64(text); }

// RFC 4616's tim.
const std::string plain_tim = "AHRpbQB0YW5zdGFhZnRhbnN0YWFm";
const auto tim = test::with_password("tim", "tanstaaftanstaaf");

/// Answers whatever it is asked.
class Patient final : public sasl::Mechanism {
public:
    const std::string& name() const override { return name_; }
    std::optional<base::Secret> initial_response() override { return std::nullopt; }
    base::Secret respond(std::string_view challenge) override { return base::Secret{challenge}; }

private:
    std::string name_ = "PATIENT";
};

template<typename Action>
std::string error_kind(Action action)
{
    try {
        action();
    } catch (const base::Error& error) {
        return error.kind();
    }
    return "(nothing)";
}

test::LoginStory challenged(const std::string& mechanism, const std::string& challenge)
{
    return login(announcing({"SASL " + mechanism}) + "C: AUTH " + mechanism + "\nS: " + challenge + "\nC: *\nS: -ERR\n",
                 only(tim, {mechanism}));
}

}

TEST_CASE("AUTH PLAIN takes one round trip with an initial response")
{
    const auto story = login(announcing({"SASL PLAIN"}) + "C: AUTH PLAIN " + plain_tim + "\nS: +OK welcome\n", tim);
    CHECK(story.mechanism == "PLAIN");
    CHECK(story.complaint == "");
}

TEST_CASE("AUTH waits for the server's invitation where initial responses are not wanted")
{
    auto options = tim;
    options.two_step = true;
    const auto story =
        login(announcing({"SASL PLAIN"}) + "C: AUTH PLAIN\nS: + \nC: " + plain_tim + "\nS: +OK welcome\n", options);
    CHECK(story.mechanism == "PLAIN");
    CHECK(story.complaint == "");
}

TEST_CASE("AUTH LOGIN answers one question after the other")
{
    const auto story = login(announcing({"SASL LOGIN"}) + R"(
        C: AUTH LOGIN
        S: + VXNlcm5hbWU6
        C: dGlt
        S: + UGFzc3dvcmQ6
        C: dGFuc3RhYWZ0YW5zdGFhZg==
        S: +OK
    )",
                             only(tim, {"LOGIN"}));
    CHECK(story.mechanism == "LOGIN");
    CHECK(story.complaint == "");
}

TEST_CASE("AUTH CRAM-MD5 goes as RFC 2195 prints it for IMAP")
{
    const auto story = login(announcing({"SASL CRAM-MD5"}) + R"(
        C: AUTH CRAM-MD5
        S: + PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+
        C: dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw
        S: +OK
    )",
                             only(tim, {"CRAM-MD5"}));
    CHECK(story.mechanism == "CRAM-MD5");
    CHECK(story.complaint == "");
}

TEST_CASE("An empty initial response is an equals sign and an empty later one an empty line")
{
    pop3::LoginOptions options;
    options.credentials.client_certificate = true;
    CHECK(login(announcing({"SASL EXTERNAL"}) + "C: AUTH EXTERNAL =\nS: +OK\n", options).mechanism == "EXTERNAL");
    options.two_step = true;
    CHECK(login(announcing({"SASL EXTERNAL"}) + "C: AUTH EXTERNAL\nS: +\nC: \nS: +OK\n", options).mechanism ==
          "EXTERNAL");
}

TEST_CASE("A12 an initial response goes with the command up to 255 octets and alone beyond")
{
    // "AUTH PLAIN " and the line end take 13 octets, so 240 of base64 fit and 244 do not.
    const std::string fits(240 / 4 * 3 - 5, 'x');
    const auto encoded = base64(std::string{"\0tim\0", 5} + fits);
    REQUIRE(encoded.size() == 240);
    CHECK(
        login(announcing({"SASL PLAIN"}) + "C: AUTH PLAIN " + encoded + "\nS: +OK\n", test::with_password("tim", fits))
            .complaint == "");

    const auto longer = base64(std::string{"\0tim\0", 5} + fits + "x");
    CHECK(login(announcing({"SASL PLAIN"}) + "C: AUTH PLAIN\nS: + \nC: " + longer + "\nS: +OK\n",
                test::with_password("tim", fits + "x"))
              .complaint == "");
}

TEST_CASE("A12 A15 a long token and a long password go on a line of their own")
{
    const std::string token(2000, 't');
    const auto message = base64("user=tim\x01"
                                "auth=Bearer " +
                                token + "\x01\x01");
    const auto story = login(announcing({"SASL XOAUTH2"}) + "C: AUTH XOAUTH2\nS: + \nC: " + message + "\nS: +OK\n",
                             test::with_token("tim", token));
    CHECK(story.mechanism == "XOAUTH2");
    CHECK(story.complaint == "");

    const std::string password(1000, 'p');
    CHECK(login(announcing({"SASL PLAIN"}) +
                    "C: AUTH PLAIN\nS: + \nC: " + base64(std::string{"\0tim\0", 5} + password) + "\nS: +OK\n",
                test::with_password("tim", password))
              .mechanism == "PLAIN");
}

TEST_CASE("A12 Microsoft's servers get the token in a line of its own however short")
{
    const auto story = login(R"(
        S: +OK The Microsoft Exchange POP3 service is ready. [QUJD]
        C: CAPA
        S: +OK
        S: SASL PLAIN XOAUTH2
        S: .
        C: AUTH XOAUTH2
        S: +
        C: dXNlcj10aW0BYXV0aD1CZWFyZXIgdAEB
        S: +OK User successfully authenticated.
    )",
                             test::with_token("tim", "t"));
    CHECK(story.mechanism == "XOAUTH2");
    CHECK(story.complaint == "");
}

TEST_CASE("A06 a challenge that is not base64 is cancelled")
{
    for (const auto* challenge : {"+ not base64!", "+ =AAA", "+ QUJ", "+ QQ=", "+ Q Q=="}) {
        CAPTURE(challenge);
        const auto story = challenged("LOGIN", challenge);
        CHECK(story.kind == "proto.bad_challenge");
        CHECK(story.status == base::ExitStatus::protocol);
        CHECK(story.complaint == "");
        CHECK(story.dropped);
    }
}

TEST_CASE("A06 a challenge without end breaks the session off")
{
    const auto story = login(announcing({"SASL LOGIN"}) + "C: AUTH LOGIN\nS: + " + std::string(1u << 20, 'A') + "\n",
                             only(tim, {"LOGIN"}));
    CHECK(story.kind == "proto.line_too_long");
    CHECK(story.status == base::ExitStatus::protocol);
    CHECK(story.dropped);
}

TEST_CASE("A06 words in the invitation are overlooked only where they cannot matter")
{
    auto options = tim;
    options.two_step = true;
    CHECK(login(announcing({"SASL PLAIN"}) + "C: AUTH PLAIN\nS: + go ahead\nC: " + plain_tim + "\nS: +OK\n", options)
              .mechanism == "PLAIN");

    options.mechanisms = {"SCRAM-SHA-256"};
    const auto story =
        login(announcing({"SASL SCRAM-SHA-256"}) + "C: AUTH SCRAM-SHA-256\nS: + go ahead\nC: *\nS: -ERR\n", options);
    CHECK(story.kind == "proto.bad_challenge");
    CHECK(story.complaint == "");
}

TEST_CASE("A06 words after the response are a bad challenge for PLAIN too")
{
    const auto story =
        login(announcing({"SASL PLAIN"}) + "C: AUTH PLAIN " + plain_tim + "\nS: + and now?\nC: *\nS: -ERR\n", tim);
    CHECK(story.kind == "proto.bad_challenge");
    CHECK(story.complaint == "");
}

TEST_CASE("L08 an initial response that the server has not looked at is sent once more")
{
    std::string session = announcing({"SASL PLAIN"});
    session.append("C: AUTH PLAIN ").append(plain_tim).append("\nS: + \nC: ").append(plain_tim);
    const auto story = login(session + "\nS: +OK\n", tim);
    CHECK(story.mechanism == "PLAIN");
    CHECK(story.complaint == "");

    const auto asked_again = login(session + "\nS: + \nC: *\nS: -ERR\n", tim);
    CHECK(asked_again.mechanism == "");
    CHECK(asked_again.complaint == "");
}

TEST_CASE("A07 a yes before anything was shown is not believed and the password not sent")
{
    for (const auto* mechanism : {"LOGIN", "CRAM-MD5"}) {
        const auto story =
            login(announcing({std::string{"SASL "} + mechanism}) + "C: AUTH " + mechanism + "\nS: +OK go ahead\n",
                  only(tim, {mechanism}));
        CHECK(story.kind == "proto.bad_reply");
        CHECK(story.status == base::ExitStatus::protocol);
        CHECK(story.complaint == "");
        CHECK(story.dropped);
    }
    auto options = tim;
    options.two_step = true;
    CHECK(login(announcing({"SASL PLAIN"}) + "C: AUTH PLAIN\nS: +OK go ahead\n", options).kind == "proto.bad_reply");
}

TEST_CASE("A07 where the user says so an early yes is an invitation and the second one the verdict")
{
    auto options = tim;
    options.two_step = true;
    options.early_yes_invites = true;
    auto session = announcing({"SASL PLAIN"});
    session += "C: AUTH PLAIN\nS: +OK go ahead\nC: " + plain_tim;
    CHECK(login(session + "\nS: +OK\n", options).mechanism == "PLAIN");
    CHECK(login(session + "\nS: -ERR [AUTH] no\n", options).login_failed);

    options.mechanisms = {"LOGIN"};
    session = announcing({"SASL LOGIN"});
    session += "C: AUTH LOGIN\nS: +OK\nC: dGlt\nS: + UGFzc3dvcmQ6\nC: dGFuc3RhYWZ0YW5zdGFhZg==\nS: +OK\n";
    CHECK(login(session, options).mechanism == "LOGIN");
}

TEST_CASE("A08 a server that asks without end is cut off after eight challenges")
{
    std::string session = "S: +OK ready\nC: AUTH PATIENT\n";
    for (int i = 0; i < 8; ++i) session += "S: + QUJD\nC: QUJD\n";
    auto play = test::transcript(session + "S: + QUJD\nC: *\nS: -ERR\n");
    pop3::Wire wire{std::move(play.stream), {}, {}};
    wire.read_greeting();
    Patient patient;
    CHECK(error_kind([&] { pop3::exchange(wire, patient, pop3::InitialResponse::with_command); }) ==
          "proto.bad_challenge");
    CHECK(play.complaint() == "");
}

TEST_CASE("A08 a mechanism that has said everything is not asked again")
{
    const auto story = login(announcing({"SASL LOGIN"}) + R"(
        C: AUTH LOGIN
        S: + VXNlcm5hbWU6
        C: dGlt
        S: + UGFzc3dvcmQ6
        C: dGFuc3RhYWZ0YW5zdGFhZg==
        S: + UGFzc3dvcmQ6
        C: *
        S: -ERR
    )",
                             only(tim, {"LOGIN"}));
    CHECK(story.kind == "auth.bad_challenge");
    CHECK(story.complaint == "");
}

TEST_CASE("A cancelled exchange fails for its own reason whatever the server says to the cancelling")
{
    for (const auto* last : {"S: +OK\n", "S: -ERR [SYS/TEMP] no\n", "S: nonsense\n", "S: + QUJD\n", "S! reset\n", ""}) {
        const auto story =
            login(announcing({"SASL LOGIN"}) + "C: AUTH LOGIN\nS: + !\nC: *\n" + last, only(tim, {"LOGIN"}));
        CHECK(story.kind == "proto.bad_challenge");
        CHECK(story.dropped);
    }
}

TEST_CASE("The place stands before what a mechanism complains of")
{
    const auto story =
        login(announcing({"SASL PLAIN"}) + "C: AUTH PLAIN " + plain_tim + "\nS: + QUJD\nC: *\nS: -ERR\n", tim);
    CHECK(story.text.starts_with("pop.example.org:995: AUTH PLAIN: "));
    CHECK(story.status == base::ExitStatus::no_permission);
}

}
