#include "support/catch.hpp"

#include "login_session.hpp"

namespace popfetch {

namespace {

constexpr auto timestamp = "<1896.697170952@dbc.mtview.ca.us>";

pop3::Capabilities announced(const std::vector<std::string>& lines)
{
    pop3::Capabilities capabilities;
    capabilities.announced = true;
    for (const auto& line : lines) capabilities.add_line(line);
    return capabilities;
}

const sasl::Channel safe{true, {}, {}, {}}, exposed{};

std::string choice(const pop3::Capabilities& capabilities, const pop3::LoginOptions& options,
                   const sasl::Channel& channel = safe, const std::string& apop_timestamp = timestamp)
{
    return pop3::preferred_mechanism(capabilities, apop_timestamp, options, channel).value_or("(none)");
}

}

TEST_CASE("Without being told the strongest mechanism of SASL is used and USER last")
{
    const auto password = test::with_password("mrose", "tanstaaf");
    CHECK(choice(announced({"USER", "SASL PLAIN SCRAM-SHA-256 SCRAM-SHA-1"}), password) == "SCRAM-SHA-256");
    CHECK(choice(announced({"USER", "SASL PLAIN LOGIN"}), password) == "PLAIN");
    CHECK(choice(announced({"USER", "SASL LOGIN CRAM-MD5"}), password) == "USER");
    CHECK(choice(announced({"SASL LOGIN CRAM-MD5"}), password) == "(none)");
    CHECK(choice(announced({"USER"}), password) == "USER");
    CHECK(choice(announced({"SASL XOAUTH2 PLAIN"}), test::with_token("mrose", "t")) == "XOAUTH2");
    CHECK(choice(announced({"USER"}), test::with_token("mrose", "t")) == "(none)");
}

TEST_CASE("USER is used where a server announces nothing at all")
{
    const auto password = test::with_password("mrose", "tanstaaf");
    CHECK(choice({}, password) == "USER");
    CHECK(choice(announced({"TOP", "UIDL"}), password) == "USER");
}

TEST_CASE("A11 APOP is used only when asked for and only with a timestamp")
{
    const auto password = test::with_password("mrose", "tanstaaf");
    CHECK(choice({}, password) == "USER");
    CHECK(choice({}, password, exposed) == "(none)");
    CHECK(choice({}, test::only(password, {"APOP"})) == "APOP");
    CHECK(choice({}, test::only(password, {"apop"}), exposed) == "APOP");
    CHECK(choice({}, test::only(password, {"APOP"}), safe, "") == "(none)");
    CHECK(choice({}, test::only(password, {"APOP", "USER"}), safe, "") == "USER");
    CHECK(choice({}, test::only(test::with_token("mrose", "t"), {"APOP"})) == "(none)");
}

TEST_CASE("A10 the user's list is followed in its order and nothing else is used")
{
    const auto password = test::with_password("mrose", "tanstaaf");
    const auto server = announced({"USER", "SASL PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1"});
    CHECK(choice(server, test::only(password, {"LOGIN"})) == "LOGIN");
    CHECK(choice(server, test::only(password, {"user", "PLAIN"})) == "USER");
    CHECK(choice(server, test::only(password, {"SCRAM-SHA-256"})) == "(none)");
    CHECK(choice(server, test::only(password, {"SCRAM-SHA-256", "CRAM-MD5"})) == "CRAM-MD5");
    CHECK(choice(server, test::only(password, {"SCRAM-SHA-256", "auto"})) == "SCRAM-SHA-1");
    CHECK(choice(server, test::only(password, {"NTLM"})) == "(none)");
    CHECK(choice(announced({"SASL PLAIN"}), test::only(password, {"USER"})) == "USER");
}

TEST_CASE("A mechanism that is named is tried on a server that announces nothing")
{
    const auto password = test::with_password("mrose", "tanstaaf");
    CHECK(choice({}, test::only(password, {"PLAIN"})) == "PLAIN");
    CHECK(choice({}, test::only(password, {"scram-sha-256"})) == "SCRAM-SHA-256");
}

TEST_CASE("A16 on a clear line only what shows no password is used")
{
    const auto password = test::with_password("mrose", "tanstaaf");
    CHECK(choice(announced({"USER", "SASL PLAIN SCRAM-SHA-1"}), password, exposed) == "SCRAM-SHA-1");
    CHECK(choice(announced({"USER", "SASL PLAIN"}), password, exposed) == "(none)");
    CHECK(choice(announced({"USER"}), test::only(password, {"USER"}), exposed) == "(none)");
    CHECK(choice(announced({"SASL PLAIN"}), test::only(password, {"PLAIN", "LOGIN"}), exposed) == "(none)");
}

TEST_CASE("A line counts as safe with TLS or where it is local or the user says so")
{
    auto options = test::with_password("mrose", "tanstaaf");
    auto [stream, wire] = test::memory_stream();
    CHECK_FALSE(pop3::channel_of(*stream, options).encrypted);
    wire->local = true;
    CHECK(pop3::channel_of(*stream, options).encrypted);
    wire->local = false;
    options.allow_plaintext_password = true;
    CHECK(pop3::channel_of(*stream, options).encrypted);
    CHECK(pop3::channel_of(*stream, options).tls_exporter.empty());

    wire->tls = std::make_unique<net::TlsInfo>();
    wire->tls->tls_exporter = "e";
    wire->tls->tls_unique = "u";
    wire->tls->tls_server_end_point = "s";
    const auto channel = pop3::channel_of(*stream, {});
    CHECK(channel.encrypted);
    CHECK(channel.tls_exporter == "e");
    CHECK(channel.tls_unique == "u");
    CHECK(channel.tls_server_end_point == "s");
}

}
