#include "support/catch.hpp"

#include <functional>

#include <popfetch/base/base64.hpp>

#include "login_session.hpp"
#include "support/scram_server.hpp"

namespace popfetch {

using test::announcing;
using test::Line;
using test::login;
using test::only;

namespace {

const auto tim = test::with_password("tim", "tanstaaftanstaaf");
const std::string plain_tim = "AHRpbQB0YW5zdGFhZnRhbnN0YWFm";

std::string base64(std::string_view text) { return base::to_base64(text); }

std::string bearer(const std::string& token)
{
    return base64("user=tim\x01"
                  "auth=Bearer " +
                  token + "\x01\x01");
}

/// A POP3 server that knows SCRAM and nothing else.
struct ScramPop3 {
    test::ScramServer scram;
    std::string offers = "SCRAM-SHA-256";
    std::function<std::string(std::string)> forge = [](std::string message) { return message; };
    std::string commands; // their first words
    std::string refusal = "-ERR [AUTH] no";
    bool proves_itself = true;
    bool says_why = false; // e= within the exchange, and not just -ERR

    void hear(std::string_view bytes, test::Wire& wire)
    {
        const std::string line{bytes.substr(0, bytes.find('\r'))};
        commands += line.substr(0, line.find(' ')) + '|';
        wire.arrivals.push_back(answer(line) + "\r\n");
    }

    std::string answer(const std::string& line)
    {
        if (line == "CAPA") return "+OK\r\nSASL " + offers + "\r\n.";
        if (line.starts_with("AUTH ")) return challenge(line.substr(5));
        if (line == "*") return "-ERR cancelled";
        if (line.empty() || !proves_itself) return "+OK logged in";
        const auto verdict = scram.verdict(decoded(line));
        return verdict.starts_with("e=") && !says_why ? refusal : "+ " + base64(verdict);
    }

    std::string challenge(const std::string& request)
    {
        const auto blank = request.find(' ');
        if ((" " + offers + " ").find(" " + request.substr(0, blank) + " ") == offers.npos) return "-ERR what?";
        return "+ " + base64(forge(scram.challenge(decoded(request.substr(blank + 1)))));
    }

    static std::string decoded(const std::string& text) { return base::from_base64(text).value_or("(not base64)"); }
};

test::LoginStory login(ScramPop3& server, const pop3::LoginOptions& options, const test::LoginSetting& setting = {})
{
    auto [stream, wire] = test::memory_stream({"+OK ready\r\n"});
    wire->on_send = [&](std::string_view bytes, test::Wire& line) { server.hear(bytes, line); };
    return test::tell_login(stream.release(), *wire, options, setting);
}

const auto pencil = test::with_password("user", "pencil");

test::LoginSetting tls_1_3()
{
    test::LoginSetting setting;
    setting.tls.tls_exporter = std::string(32, '\xe3');
    return setting;
}

pop3::Capabilities capabilities_of(const std::vector<std::string>& lines)
{
    pop3::Capabilities capabilities;
    capabilities.announced = true;
    for (const auto& line : lines) capabilities.add_line(line);
    return capabilities;
}

}

TEST_CASE("After a login the maildrop speaks on the same line")
{
    auto play = test::transcript(announcing({"SASL PLAIN"}) + "C: AUTH PLAIN " + plain_tim +
                                 "\nS: +OK\nC: STAT\nS: +OK 2 320\nC: QUIT\nS: +OK\n");
    play.wire->tls = std::make_unique<net::TlsInfo>();
    auto [maildrop, mechanism, binding_refused] = pop3::log_in(pop3::Connection{std::move(play.stream), {}}, tim);
    CHECK(mechanism == "PLAIN");
    CHECK_FALSE(binding_refused);
    CHECK(maildrop.stat().messages == 2);
    CHECK(std::move(maildrop).quit().ok);
    CHECK(play.complaint() == "");
}

TEST_CASE("A11 APOP sends the digest of RFC 1939's example when it is asked for")
{
    const auto mrose = only(test::with_password("mrose", "tanstaaf"), {"APOP"});
    const std::string session = R"(
        S: +OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>
        C: CAPA
        S: -ERR
        C: APOP mrose c4c9334bac560ecc979e58001b3e22fb
        S: +OK mrose's maildrop has 2 messages (320 octets)
    )";
    for (const auto line : {Line::tls, Line::clear}) {
        const auto story = login(session, mrose, {line, nullptr, {}});
        CHECK(story.mechanism == "APOP");
        CHECK(story.complaint == "");
        CHECK(story.trace.find("c4c9334b") == std::string::npos);
    }
}

TEST_CASE("A11 APOP is refused on a greeting without a proper timestamp")
{
    for (const auto* greeting : {"ready", "ready <>", "<a b@c>", "<@>", "<a@b> <c@d>", "<\\xe9@b>", "<ab>"}) {
        CAPTURE(greeting);
        const auto story = login(std::string{"S: +OK "} + greeting + "\nC: CAPA\nS: -ERR\n", only(tim, {"APOP"}));
        CHECK(story.kind == "auth.no_mechanism");
        CHECK(story.complaint == "");
    }
}

TEST_CASE("SCRAM logs in to a server that proves itself and binds to TLS where both can")
{
    ScramPop3 server;
    const auto story = login(server, pencil);
    CHECK(story.mechanism == "SCRAM-SHA-256");

    ScramPop3 binding;
    binding.offers = "SCRAM-SHA-256 SCRAM-SHA-256-PLUS";
    binding.scram.offers_plus = true;
    binding.scram.binding_type = "tls-exporter";
    binding.scram.binding = std::string(32, '\xe3');
    CHECK(login(binding, pencil, tls_1_3()).mechanism == "SCRAM-SHA-256-PLUS");
    CHECK(binding.scram.gs2_header == "p=tls-exporter,,");
}

namespace {

// Binds TLS 1.3 to tls-unique, as Cyrus 3.6 does, and says so only when it has seen the proof.
struct CyrusPop3 : ScramPop3 {
    CyrusPop3()
    {
        offers = "SCRAM-SHA-256 SCRAM-SHA-256-PLUS";
        scram.offers_plus = true;
        scram.binding_type = "tls-unique";
        refusal = "-ERR [AUTH] authenticating: bad protocol / cancel";
    }
};

test::LoginStory login_to_cyrus(const pop3::LoginOptions& options, std::string& commands)
{
    CyrusPop3 server;
    auto story = login(server, options, tls_1_3());
    commands = server.commands;
    return story;
}

}

TEST_CASE("L09 where PLUS never worked a refusal of the binding is followed by SCRAM without it")
{
    std::string commands;
    CHECK(login_to_cyrus(pencil, commands).mechanism == "SCRAM-SHA-256");

    ScramPop3 complaining; // one that says so only after the proof
    complaining.offers = "SCRAM-SHA-256 SCRAM-SHA-256-PLUS";
    complaining.scram.offers_plus = true;
    complaining.scram.binding_type = "tls-unique";
    complaining.says_why = true;
    CHECK(login(complaining, pencil, tls_1_3()).mechanism == "SCRAM-SHA-256");
    CHECK(complaining.scram.gs2_header == "n,,");
}

TEST_CASE("L09 a refused binding is believed nowhere else")
{
    std::string commands;
    auto before = pencil;
    before.binding_has_worked = true;
    const auto alarm = login_to_cyrus(before, commands);
    CHECK(alarm.login_failed);
    CHECK(alarm.text.find("somebody may be between") != std::string::npos);
    CHECK(commands.find("AUTH") == commands.rfind("AUTH"));

    const auto named = login_to_cyrus(only(pencil, {"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"}), commands);
    CHECK(named.login_failed);
    CHECK(commands.find("AUTH") == commands.rfind("AUTH"));

    ScramPop3 wrong; // the password is wrong, and the server says so
    wrong.offers = "SCRAM-SHA-256 SCRAM-SHA-256-PLUS";
    wrong.scram.offers_plus = true;
    wrong.scram.binding_type = "tls-exporter";
    wrong.scram.binding = std::string(32, '\xe3');
    wrong.scram.password = "other";
    CHECK(login(wrong, pencil, tls_1_3()).login_failed);
    CHECK(wrong.commands.find("AUTH") == wrong.commands.rfind("AUTH"));
}

TEST_CASE("L09 a binding that was refused before is not tried again")
{
    std::string commands;
    auto remembered = pencil;
    remembered.avoid_binding = true;
    CHECK(login_to_cyrus(remembered, commands).mechanism == "SCRAM-SHA-256");
    CHECK(commands.find("AUTH") == commands.rfind("AUTH"));
}

TEST_CASE("L13 EXTERNAL by name needs no certificate of ours")
{
    const auto story =
        login(announcing({"SASL EXTERNAL PLAIN"}) + "C: AUTH EXTERNAL dGlt\nS: +OK\n", only(tim, {"EXTERNAL"}));
    CAPTURE(story.text);
    CHECK(story.mechanism == "EXTERNAL");
    const auto refused =
        login(announcing({"SASL EXTERNAL"}) + "C: AUTH EXTERNAL dGlt\nS: -ERR who?\n", only(tim, {"EXTERNAL"}));
    CHECK(refused.text.find("login refused with EXTERNAL") != std::string::npos);
    CHECK(refused.text.find("tls_client_cert") != std::string::npos);
}

TEST_CASE("C03 a server that repeats a secret in any form does not get it shown")
{
    const std::string password = "tanstaaf%\"7", token = "vF9dft4qmTc2Nvb3RlckBhbHR";
    const auto blob = std::string{"\0tim\0", 5} + password;
    for (const auto& echo : {password, base64(password), base64(blob)}) {
        CAPTURE(echo);
        const auto story =
            login(announcing({"SASL PLAIN"}) + "C: AUTH PLAIN " + base64(blob) + "\nS: -ERR not: " + echo + "\n",
                  test::with_password("tim", password));
        CHECK(story.login_failed);
        CHECK(story.text.find("<hidden>") != std::string::npos);
        CHECK(story.text.find(echo) == std::string::npos);
        CHECK(story.trace.find(echo) == std::string::npos);
    }
    const auto oauth =
        login(announcing({"SASL XOAUTH2"}) + "C: AUTH XOAUTH2 " + bearer(token) + "\nS: -ERR bad " + token + "\n",
              test::with_token("tim", token));
    CHECK(oauth.text.find("bad <hidden>") != std::string::npos);
}

TEST_CASE("A13 a token that is refused for its length is told by its length")
{
    const std::string token(4500, 'x');
    const auto story =
        login(announcing({"SASL XOAUTH2"}) + "C: AUTH XOAUTH2\nS: + \nC: " + bearer(token) + "\nS: -ERR no\n",
              test::with_token("tim", token));
    CHECK(story.text.find("the token has 4500 octets") != std::string::npos);
}

TEST_CASE("T17 a removed PLUS is told to the server and its refusal ends the login")
{
    ScramPop3 robbed;
    robbed.offers = "PLAIN SCRAM-SHA-256";
    robbed.scram.offers_plus = true;
    const auto story = login(robbed, pencil, tls_1_3());
    CHECK(robbed.scram.gs2_header == "y,,");
    CHECK(story.login_failed);
    CHECK(story.status == base::ExitStatus::no_permission);
    CHECK(robbed.commands.find("AUTH") == robbed.commands.rfind("AUTH"));
}

TEST_CASE("A09 a yes without the server's proof is no login")
{
    ScramPop3 impostor;
    impostor.proves_itself = false;
    const auto story = login(impostor, pencil);
    CHECK(story.kind == "auth.server_not_authenticated");
    CHECK(story.status == base::ExitStatus::no_permission);
    CHECK(story.text.starts_with("pop.example.org:995: AUTH SCRAM-SHA-256: "));
    CHECK(story.dropped);
}

TEST_CASE("A09 a server-first message that breaks the rules is cancelled")
{
    const std::pair<std::string, std::string> forgeries[] = {
        {"i=4096", "i=1"}, {"i=4096", "i=1000000000"}, {"i=4096", "i=0"}, {"r=", "r=x"}, {"r=", "m=ext,r="}};
    for (const auto& forgery : forgeries) {
        CAPTURE(forgery.second);
        ScramPop3 server;
        server.forge = [&](std::string message) {
            return message.replace(message.find(forgery.first), forgery.first.size(), forgery.second);
        };
        const auto story = login(server, pencil);
        CHECK(story.kind == "auth.bad_challenge");
        CHECK(story.status == base::ExitStatus::no_permission);
        CHECK(server.commands.ends_with("|*|"));
    }
}

TEST_CASE("A refusal within SCRAM and one after it count alike")
{
    ScramPop3 terse;
    terse.scram.password = "other";
    const auto refused = login(terse, pencil);
    CHECK(refused.login_failed);
    CHECK(refused.text == "pop.example.org:995: login refused with SCRAM-SHA-256: \"[AUTH] no\"; check the password");

    ScramPop3 talkative;
    talkative.scram.password = "other";
    talkative.says_why = true;
    const auto told_why = login(talkative, pencil);
    CHECK(told_why.login_failed);
    CHECK(told_why.kind == "auth.refused");
    CHECK(told_why.text.find("invalid-proof") != std::string::npos);
    CHECK(talkative.commands.ends_with("|*|"));
}

TEST_CASE("A04 a line that closes instead of an answer is told apart")
{
    for (const auto* end : {"", "S! reset\n"}) {
        const auto with_auth = login(announcing({"SASL PLAIN"}) + "C: AUTH PLAIN " + plain_tim + "\n" + end, tim);
        CHECK(with_auth.kind == "auth.closed");
        CHECK(with_auth.status == base::ExitStatus::temporary);
        CHECK(with_auth.complaint == "");
        const auto with_pass =
            login(announcing({"USER"}) + "C: USER tim\nS: +OK\nC: PASS tanstaaftanstaaf\n" + end, tim);
        CHECK(with_pass.kind == "auth.closed");
    }
    const auto silent = login(announcing({"USER"}) + "C: USER tim\nS: +OK\nC: PASS tanstaaftanstaaf\nS! silent\n", tim);
    CHECK(silent.kind == "net.timeout");
}

TEST_CASE("A10 nothing weaker is tried after a refusal")
{
    const auto story =
        login(announcing({"USER", "SASL PLAIN LOGIN"}) + "C: AUTH PLAIN " + plain_tim + "\nS: -ERR no\n", tim);
    CHECK(story.login_failed);
    CHECK(story.complaint == "");
}

TEST_CASE("A10 a server that offers too little is told to the user")
{
    const auto story = login(announcing({"USER", "SASL PLAIN LOGIN"}), only(tim, {"SCRAM-SHA-256", "SCRAM-SHA-1"}));
    CHECK(story.kind == "auth.no_mechanism");
    CHECK(story.status == base::ExitStatus::no_permission);
    CHECK(story.text == "pop.example.org:995: no way to log in that both sides know: the server offers PLAIN, LOGIN, "
                        "USER, auth allows SCRAM-SHA-256, SCRAM-SHA-1");
    CHECK(story.complaint == "");
}

TEST_CASE("A13 a refused token is asked for once more and a new one used")
{
    auto options = test::with_token("tim", "");
    int asked = 0;
    options.credentials.token = [&] { return base::Secret{"t" + std::to_string(++asked)}; };
    const auto json = base64(R"({"status":"401"})");
    const std::string refused = "S: + " + json + "\nC: \nS: -ERR [AUTH] no\n";

    CHECK(login(announcing({"SASL XOAUTH2"}) + "C: AUTH XOAUTH2 " + bearer("t1") + "\n" + refused + "C: AUTH XOAUTH2 " +
                    bearer("t2") + "\nS: +OK\n",
                options)
              .mechanism == "XOAUTH2");
    CHECK(asked == 2);

    asked = 0;
    const auto story = login(announcing({"SASL XOAUTH2"}) + "C: AUTH XOAUTH2 " + bearer("t1") + "\n" + refused +
                                 "C: AUTH XOAUTH2 " + bearer("t2") + "\n" + refused,
                             options);
    CHECK(asked == 2);
    CHECK(story.login_failed);
    CHECK(story.complaint == "");
    CHECK(story.text == "pop.example.org:995: login refused with XOAUTH2 ({\"status\":\"401\"}): \"[AUTH] no\"; check "
                        "token_command");
}

TEST_CASE("A13 the same token is not sent twice")
{
    const auto story = login(announcing({"SASL OAUTHBEARER"}) + "C: AUTH OAUTHBEARER " +
                                 base64("n,a=tim,\x01"
                                        "auth=Bearer t\x01\x01") +
                                 "\nS: + " + base64("{}") + "\nC: AQ==\nS: -ERR no\n",
                             test::with_token("tim", "t"));
    CHECK(story.login_failed);
    CHECK(story.complaint == "");
}

TEST_CASE("A13 a busy server does not get a second token")
{
    auto options = test::with_token("tim", "");
    int asked = 0;
    options.credentials.token = [&] { return base::Secret{"t" + std::to_string(++asked)}; };
    const auto story =
        login(announcing({"SASL XOAUTH2"}) + "C: AUTH XOAUTH2 " + bearer("t1") + "\nS: -ERR [IN-USE] no\n", options);
    CHECK(story.kind == "server.in_use");
    CHECK(story.complaint == "");
    CHECK(asked == 1);
}

TEST_CASE("A13 O01 the server's JSON is shown without control characters")
{
    const auto story = login(announcing({"SASL XOAUTH2"}) + "C: AUTH XOAUTH2 " + bearer("t") + "\nS: + " +
                                 base64("{\"status\":\"\x1b[2J\"}") + "\nC: \nS: -ERR no\n",
                             test::with_token("tim", "t"));
    CHECK(story.text.find('\x1b') == std::string::npos);
    CHECK(story.text.find("\\x1b[2J") != std::string::npos);
}

TEST_CASE("A13 what the server says inside the exchange is explained where somebody can")
{
    auto options = test::with_token("tim", "t");
    options.explain = [](std::string_view detail) { return "it wrote " + std::to_string(detail.size()) + " octets"; };
    const auto story = login(announcing({"SASL XOAUTH2"}) + "C: AUTH XOAUTH2 " + bearer("t") + "\nS: + " +
                                 base64("{\"status\":\"400\"}") + "\nC: \nS: -ERR [AUTH] no\n",
                             options);
    CHECK(story.text == "pop.example.org:995: login refused with XOAUTH2 (it wrote 16 octets): \"[AUTH] no\"; check "
                        "token_command");
}

TEST_CASE("A13 error challenges without end are cancelled and count as a refusal")
{
    const auto story = login(announcing({"SASL XOAUTH2"}) + "C: AUTH XOAUTH2 " + bearer("t") +
                                 "\nS: + e30=\nC: \nS: + e30=\nC: *\nS: -ERR\n",
                             test::with_token("tim", "t"));
    CHECK(story.login_failed);
    CHECK(story.complaint == "");
}

TEST_CASE("A14 a name or password with a line break or NUL in it is never sent")
{
    for (const auto& bad :
         {std::string{"a\rb"}, std::string{"a\nb"}, std::string{"a\0b", 3}, std::string{"a\r\nDELE 1"}}) {
        for (const auto* offered : {"USER", "SASL PLAIN", "SASL LOGIN", "SASL CRAM-MD5", "SASL SCRAM-SHA-256"}) {
            const auto allowed = only(test::with_password("tim", bad), {"auto", "LOGIN", "CRAM-MD5"});
            const auto story = login(announcing({offered}), allowed);
            CHECK(story.kind == "auth.bad_credentials");
            CHECK(story.status == base::ExitStatus::config);
            CHECK(story.sent == "CAPA\r\n");
            CHECK(login(announcing({offered}), only(test::with_password(bad, "secret"), {"auto", "LOGIN", "CRAM-MD5"}))
                      .sent == "CAPA\r\n");
        }
    }
    const auto apop = login("S: +OK <a@b>\nC: CAPA\nS: -ERR\n", only(test::with_password("a\nb", "secret"), {"APOP"}));
    CHECK(apop.kind == "auth.bad_credentials");
}

TEST_CASE("A16 a password is not sent on a clear line unless the user says so")
{
    for (const auto* offered : {"USER", "SASL PLAIN", "SASL LOGIN PLAIN"}) {
        const auto story = login(announcing({offered}), tim, {Line::clear, nullptr, {}});
        CHECK(story.kind == "auth.plaintext");
        CHECK(story.status == base::ExitStatus::protocol);
        CHECK(story.sent == "CAPA\r\n");
        CHECK(story.dropped);
    }
    const auto session = announcing({"USER"}) + "C: USER tim\nS: +OK\nC: PASS tanstaaftanstaaf\nS: +OK\n";
    CHECK(login(session, tim, {Line::local, nullptr, {}}).mechanism == "USER");
    auto reckless = tim;
    reckless.allow_plaintext_password = true;
    CHECK(login(session, reckless, {Line::clear, nullptr, {}}).mechanism == "USER");
}

TEST_CASE("A16 on a clear line SCRAM needs no permission")
{
    ScramPop3 server;
    server.offers = "PLAIN SCRAM-SHA-256";
    CHECK(login(server, pencil, {Line::clear, nullptr, {}}).mechanism == "SCRAM-SHA-256");
    CHECK(server.scram.gs2_header == "n,,");
}

TEST_CASE("A password that cannot be had is asked for before anything is sent")
{
    auto options = tim;
    options.credentials.password = []() -> base::Secret {
        throw base::Error{base::ExitStatus::config, "config.password_command", "the command failed"};
    };
    for (const auto* offered : {"USER", "SASL PLAIN", "SASL SCRAM-SHA-256"}) {
        const auto story = login(announcing({offered}), options);
        CHECK(story.kind == "config.password_command");
        CHECK(story.sent == "CAPA\r\n");
    }
}

TEST_CASE("What is remembered of a server saves the question")
{
    const auto known = capabilities_of({"SASL PLAIN"});
    const auto story = login("S: +OK ready\nC: AUTH PLAIN " + plain_tim + "\nS: +OK\n", tim, {Line::tls, &known, {}});
    CHECK(story.mechanism == "PLAIN");
    CHECK(story.complaint == "");
}

TEST_CASE("Where a remembered mechanism is gone another of its kind is used")
{
    const auto known = capabilities_of({"SASL PLAIN"});
    const std::string session = "S: +OK ready\nC: AUTH PLAIN " + plain_tim + "\nS: -ERR what\nC: CAPA\nS: +OK\n";
    const auto story = login(session + "S: USER\nS: .\nC: USER tim\nS: +OK\nC: PASS tanstaaftanstaaf\nS: +OK\n", tim,
                             {Line::tls, &known, {}});
    CHECK(story.mechanism == "USER");
    CHECK(story.complaint == "");

    const auto still_there = login(session + "S: USER\nS: SASL PLAIN\nS: .\n", tim, {Line::tls, &known, {}});
    CHECK(still_there.login_failed);
    CHECK(still_there.complaint == "");

    const auto closed =
        login("S: +OK ready\nC: AUTH PLAIN " + plain_tim + "\nS: -ERR what\nC: CAPA\n", tim, {Line::tls, &known, {}});
    CHECK(closed.login_failed);
}

TEST_CASE("A10 where a remembered SCRAM is gone the password is not shown instead")
{
    const auto known = capabilities_of({"SASL SCRAM-SHA-256 SCRAM-SHA-256-PLUS"});
    auto setting = tls_1_3();
    setting.remembered = &known;
    ScramPop3 changed;
    changed.offers = "PLAIN";
    const auto story = login(changed, pencil, setting);
    CHECK(story.login_failed);
    CHECK(story.text ==
          "pop.example.org:995: the server no longer offers SCRAM-SHA-256-PLUS, and with PLAIN it would see "
          "the password: \"what?\"; if its administrators confirm the change, set auth = \"PLAIN\"");
    CHECK(changed.commands.ends_with("AUTH|CAPA|"));
}

TEST_CASE("T17 where a remembered PLUS is gone the server hears that we could bind")
{
    const auto known = capabilities_of({"SASL SCRAM-SHA-256 SCRAM-SHA-256-PLUS"});
    auto setting = tls_1_3();
    setting.remembered = &known;
    ScramPop3 changed;
    CHECK(login(changed, pencil, setting).mechanism == "SCRAM-SHA-256");
    CHECK(changed.scram.gs2_header == "y,,");
}

TEST_CASE("T17 what SCRAM claims of the server's offer is asked for and not remembered")
{
    const auto known = capabilities_of({"SASL SCRAM-SHA-256"});
    auto setting = tls_1_3();
    setting.remembered = &known;
    ScramPop3 upgraded;
    upgraded.offers = "SCRAM-SHA-256 SCRAM-SHA-256-PLUS";
    upgraded.scram.offers_plus = true;
    upgraded.scram.binding_type = "tls-exporter";
    upgraded.scram.binding = std::string(32, '\xe3');
    CHECK(login(upgraded, pencil, setting).mechanism == "SCRAM-SHA-256-PLUS");
}

TEST_CASE("C03 the trace shows no secret of any mechanism")
{
    const std::string canary = "kanarienvogel";
    const auto password = test::with_password("tim", canary);
    const auto hidden = [&](const test::LoginStory& story) {
        return story.trace.find(canary) == std::string::npos && story.trace.find("a2FuYXJp") == std::string::npos &&
               story.trace.find("FuYXJpZW52") == std::string::npos && story.trace.find("hidden") != std::string::npos;
    };
    CHECK(hidden(login(announcing({"USER"}) + "C: USER tim\nS: +OK\nC: PASS " + canary + "\nS: -ERR\n", password)));
    CHECK(hidden(login(announcing({"SASL PLAIN"}) + "C: AUTH PLAIN " + base64(std::string{"\0tim\0", 5} + canary) +
                           "\nS: -ERR\n",
                       password)));
    CHECK(hidden(
        login(announcing({"SASL LOGIN"}) + "C: AUTH LOGIN\nS: + \nC: dGlt\nS: + \nC: " + base64(canary) + "\nS: -ERR\n",
              only(password, {"LOGIN"}))));
    CHECK(hidden(login(announcing({"SASL XOAUTH2"}) + "C: AUTH XOAUTH2 " + bearer(canary) + "\nS: -ERR\n",
                       test::with_token("tim", canary))));
}

}
