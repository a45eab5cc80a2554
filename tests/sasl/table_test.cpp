#include "support/catch.hpp"

#include <algorithm>

#include "sasl/parties.hpp"

namespace popfetch {

namespace {

using Names = std::vector<std::string>;

const Names everything{
    "LOGIN", "PLAIN",      "CRAM-MD5",    "GSSAPI",        "EXTERNAL",         "XOAUTH2",           "OAUTHBEARER",
    "NTLM",  "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"};
const Names automatic;

struct Has {
    bool password = false, token = false, certificate = false;
};
constexpr Has password{true, false, false}, token{false, true, false}, certificate{false, false, true};
constexpr Has all_of_them{true, true, true}, nothing{};

enum class Line { clear, encrypted, bindable };

std::string chosen(const Names& offered, const Names& allowed, Has has, Line line)
{
    sasl::Credentials credentials;
    credentials.user = "user";
    if (has.password) credentials.password = [] { return base::Secret{"pencil"}; };
    if (has.token) credentials.token = [] { return base::Secret{"t"}; };
    credentials.client_certificate = has.certificate;
    sasl::Channel channel;
    channel.encrypted = line != Line::clear;
    if (line == Line::bindable) channel.tls_exporter = std::string(32, 'e');
    return sasl::choose(offered, allowed, credentials, channel).value_or("(none)");
}

}

TEST_CASE("The strongest mechanism is chosen that the credentials allow")
{
    const struct {
        Names offered;
        Has has;
        Line line;
        std::string expected;
    } cases[] = {
        {everything, all_of_them, Line::bindable, "OAUTHBEARER"},
        {everything, token, Line::encrypted, "OAUTHBEARER"},
        {{"PLAIN", "XOAUTH2"}, token, Line::encrypted, "XOAUTH2"},
        {{"PLAIN", "XOAUTH2"}, all_of_them, Line::encrypted, "XOAUTH2"},
        {everything, certificate, Line::encrypted, "EXTERNAL"},
        {everything, password, Line::bindable, "SCRAM-SHA-256-PLUS"},
        {{"SCRAM-SHA-256", "SCRAM-SHA-1-PLUS"}, password, Line::bindable, "SCRAM-SHA-1-PLUS"},
        {everything, password, Line::encrypted, "SCRAM-SHA-256"},
        {{"SCRAM-SHA-1", "PLAIN"}, password, Line::encrypted, "SCRAM-SHA-1"},
        {{"LOGIN", "PLAIN"}, password, Line::encrypted, "PLAIN"},
        {{"plain"}, password, Line::encrypted, "PLAIN"},
        {{}, all_of_them, Line::bindable, "(none)"},
        {everything, nothing, Line::bindable, "(none)"},
        {{"PLAIN"}, token, Line::encrypted, "(none)"},
    };
    for (const auto& [offered, has, line, expected] : cases) CHECK(chosen(offered, automatic, has, line) == expected);
}

TEST_CASE("A10 weak mechanisms are never chosen unasked")
{
    for (const auto* weak : {"LOGIN", "CRAM-MD5", "DIGEST-MD5", "NTLM", "GSSAPI", "ANONYMOUS", "UNKNOWN"}) {
        CAPTURE(weak);
        CHECK(chosen({weak}, automatic, all_of_them, Line::bindable) == "(none)");
    }
}

TEST_CASE("A10 a list that shrinks does not pull the choice below what the user allows")
{
    CHECK(chosen({"PLAIN", "LOGIN"}, {"SCRAM-SHA-256", "SCRAM-SHA-1"}, password, Line::bindable) == "(none)");
    CHECK(chosen({"SCRAM-SHA-256"}, {"SCRAM-SHA-256-PLUS"}, password, Line::bindable) == "(none)");
    CHECK(chosen({"NTLM", "DIGEST-MD5"}, {"NTLM", "DIGEST-MD5"}, password, Line::bindable) == "(none)");
}

TEST_CASE("The user's order is followed among what is possible")
{
    CHECK(chosen(everything, {"PLAIN", "SCRAM-SHA-256"}, password, Line::bindable) == "PLAIN");
    CHECK(chosen(everything, {"OAUTHBEARER", "login"}, password, Line::encrypted) == "LOGIN");
    CHECK(chosen(everything, {"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"}, password, Line::encrypted) == "SCRAM-SHA-256");
    CHECK(chosen(everything, {"CRAM-MD5"}, password, Line::clear) == "CRAM-MD5");
    CHECK(chosen(everything, {"NONSENSE"}, password, Line::encrypted) == "(none)");
}

TEST_CASE("A16 nothing that shows a password or token is chosen on a clear line")
{
    const auto& all = sasl::mechanisms();
    for (const auto& traits : all) {
        if (!traits.plaintext) continue;
        const std::string name{traits.name};
        CAPTURE(name);
        CHECK(chosen({name}, automatic, all_of_them, Line::clear) == "(none)");
        CHECK(chosen({name}, {name}, all_of_them, Line::clear) == "(none)");
        CHECK(chosen({name}, {name}, all_of_them, Line::encrypted) == name);
    }
    CHECK(chosen(everything, automatic, password, Line::clear) == "SCRAM-SHA-256");
    CHECK(chosen(everything, automatic, token, Line::clear) == "(none)");
}

TEST_CASE("The table says of each mechanism what a choice must know")
{
    for (const auto* name : {"PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2"}) CHECK(sasl::find_mechanism(name)->plaintext);
    for (const auto& traits : sasl::mechanisms()) {
        CAPTURE(traits.name);
        REQUIRE(sasl::find_mechanism(traits.name) != nullptr);
        CHECK(sasl::find_mechanism(traits.name)->name == traits.name);
        CHECK(traits.binds_channel == traits.name.ends_with("-PLUS"));
        CHECK(traits.name.size() <= 20); // RFC 4422 §3.1
    }
    CHECK(sasl::find_mechanism("scram-sha-256")->name == "SCRAM-SHA-256");
    CHECK(sasl::find_mechanism("NTLM") == nullptr);
}

TEST_CASE("Every mechanism of the table can begin under its own name")
{
    const sasl::Channel channel{true, std::string(32, 'e'), {}, {}};
    auto credentials = test::with_password("user", "pencil");
    credentials.token = [] { return base::Secret{"t"}; };
    for (const auto& traits : sasl::mechanisms()) {
        const std::string name{traits.name};
        CAPTURE(name);
        try {
            CHECK(sasl::begin(name, credentials, channel, everything)->name() == name);
        } catch (const sasl::SaslError&) {
            CHECK(name == "GSSAPI"); // an option of the library's build
        }
    }
}

TEST_CASE("A mechanism that does not exist cannot begin")
{
    CHECK(test::error_kind([] { test::begin("NTLM", test::with_password("u", "p")); }) == "auth.unknown_mechanism");
}

}
