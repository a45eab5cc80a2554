#include "support/catch.hpp"

#include <popfetch/base/exit_status.hpp>

#include "sasl/parties.hpp"


namespace popfetch {

using std::string_literals::operator""s;

TEST_CASE("PLAIN sends the message of the examples in RFC 4616")
{
    const auto mechanism = test::begin("PLAIN", test::with_password("tim", "tanstaaftanstaaf"));
    CHECK(test::first_of(*mechanism) == "\0tim\0tanstaaftanstaaf"s);
    mechanism->accept();

    auto for_another = test::with_password("Kurt", "xipj3plmq");
    for_another.authorization_id = "Ursel";
    CHECK(test::first_of(*test::begin("PLAIN", for_another)) == "Ursel\0Kurt\0xipj3plmq"s);
}

TEST_CASE("A15 PLAIN sends odd passwords exactly as they are")
{
    for (const auto& password : {" leading and trailing "s, "per%cent \"quoted\" \\"s, "p\xe9 latin-1"s,
                                 "p\u00e4ss \U0001f511"s, std::string(1000, 'x'), ""s}) {
        const auto mechanism = test::begin("PLAIN", test::with_password("us er", password));
        CHECK(test::first_of(*mechanism) == "\0us er\0"s + password);
    }
}

TEST_CASE("A password or a name with NUL in it is refused before anything is sent")
{
    for (const auto* name : {"PLAIN", "SCRAM-SHA-256", "CRAM-MD5"}) {
        try {
            test::begin(name, test::with_password("tim", "pass\0word"s));
            FAIL("taken");
        } catch (const base::Error& error) {
            CHECK(error.kind() == "auth.bad_credentials");
            CHECK(error.status() == base::ExitStatus::config);
            CHECK(std::string{error.what()}.find("word\0"s) == std::string::npos);
        }
        CHECK(test::error_kind([&] { test::begin(name, test::with_password("t\0m"s, "p")); }) ==
              "auth.bad_credentials");
    }
}

TEST_CASE("A mechanism that needs a password does not begin without one")
{
    CHECK(test::error_kind([] { test::begin("PLAIN", test::with_token("u", "t")); }) == "auth.no_password");
    CHECK(test::error_kind([] { test::begin("SCRAM-SHA-1", test::with_token("u", "t")); }) == "auth.no_password");
}

TEST_CASE("The supplier of the password is asked once")
{
    int asked = 0;
    auto credentials = test::with_password("tim", "");
    credentials.password = [&] {
        ++asked;
        return base::Secret{"tanstaaf"};
    };
    const auto mechanism = test::begin("LOGIN", credentials);
    mechanism->initial_response();
    mechanism->respond("Username:");
    mechanism->respond("Password:");
    CHECK(asked == 1);
}

TEST_CASE("LOGIN waits for the server and sends the name and then the password")
{
    const auto mechanism = test::begin("LOGIN", test::with_password("tim", "tanstaaftanstaaf"));
    CHECK(test::first_of(*mechanism) == "(none)");
    CHECK(test::text_of(mechanism->respond("Username:")) == "tim");
    CHECK(test::text_of(mechanism->respond("Password:")) == "tanstaaftanstaaf");
    mechanism->accept();
}

TEST_CASE("CRAM-MD5 answers the challenge of the example in RFC 2195")
{
    const auto mechanism = test::begin("CRAM-MD5", test::with_password("tim", "tanstaaftanstaaf"));
    CHECK(test::first_of(*mechanism) == "(none)");
    CHECK(test::text_of(mechanism->respond("<1896.697170952@postoffice.reston.mci.net>")) ==
          "tim b913a602c7eda7a495b4e6e7334d3890");
    mechanism->accept();
}

TEST_CASE("EXTERNAL asks for the user's mail and needs no password")
{
    sasl::Credentials credentials;
    CHECK(test::first_of(*test::begin("EXTERNAL", credentials)).empty());
    credentials.user = "tim";
    CHECK(test::first_of(*test::begin("EXTERNAL", credentials)) == "tim");
    credentials.authorization_id = "shared";
    const auto mechanism = test::begin("EXTERNAL", credentials);
    CHECK(test::first_of(*mechanism) == "shared");
    mechanism->accept();
}

TEST_CASE("A server that says yes in the middle of the exchange is not believed")
{
    const auto mechanism = test::begin("LOGIN", test::with_password("tim", "tanstaaftanstaaf"));
    mechanism->initial_response();
    CHECK(test::error_kind([&] { mechanism->accept(); }) == "auth.server_not_authenticated");
    mechanism->respond("Username:");
    CHECK(test::error_kind([&] { mechanism->accept(); }) == "auth.server_not_authenticated");
}

TEST_CASE("A08 a server that goes on asking after the end gets nothing more")
{
    const auto plain = test::begin("PLAIN", test::with_password("tim", "tanstaaftanstaaf"));
    plain->initial_response();
    CHECK(test::error_kind([&] { plain->respond(""); }) == "auth.bad_challenge");

    const auto login = test::begin("LOGIN", test::with_password("tim", "tanstaaftanstaaf"));
    login->initial_response();
    login->respond("Username:");
    login->respond("Password:");
    CHECK(test::error_kind([&] { login->respond("Password:"); }) == "auth.bad_challenge");
}

TEST_CASE("GSSAPI without a ticket ends as a refused login")
{
    auto credentials = sasl::Credentials{};
    credentials.user = "tim";
    credentials.host = "pop.example.org";
    credentials.service = "pop";
    const auto attempt = [&] { test::begin("GSSAPI", credentials)->initial_response(); };
    CHECK_THROWS_AS(attempt(), sasl::SaslError);
}

}
