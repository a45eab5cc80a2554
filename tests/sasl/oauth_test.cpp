#include "support/catch.hpp"

#include <popfetch/base/base64.hpp>

#include "sasl/parties.hpp"

namespace popfetch {

using std::string_literals::operator""s;

namespace {

sasl::Credentials example()
{
    auto credentials = test::with_token("user@example.com", "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==");
    credentials.host = "server.example.com";
    credentials.port = 143;
    return credentials;
}

std::string kind_for_token(const std::string& token)
{
    return test::error_kind([&] { test::begin("OAUTHBEARER", test::with_token("user", token)); });
}

}

TEST_CASE("OAUTHBEARER opens as in the example of RFC 7628")
{
    const auto mechanism = test::begin("OAUTHBEARER", example());
    CHECK(mechanism->name() == "OAUTHBEARER");
    CHECK(base::to_base64(test::first_of(*mechanism)) ==
          "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRj"
          "Mk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB");
    mechanism->accept();
    CHECK(mechanism->failure_detail().empty());
}

TEST_CASE("OAUTHBEARER escapes the name and leaves out what it does not know")
{
    const auto mechanism = test::begin("OAUTHBEARER", test::with_token("a=b,c", "t"));
    CHECK(test::first_of(*mechanism) == "n,a=a=3Db=2Cc,\x01"
                                        "auth=Bearer t\x01\x01");
    const auto nameless = test::begin("OAUTHBEARER", test::with_token("", "t"));
    CHECK(test::first_of(*nameless) == "n,,\x01"
                                       "auth=Bearer t\x01\x01");
}

TEST_CASE("OAUTHBEARER prefers the authorization identity")
{
    auto credentials = test::with_token("alice", "t");
    credentials.authorization_id = "shared";
    CHECK(test::first_of(*test::begin("OAUTHBEARER", credentials)) == "n,a=shared,\x01"
                                                                      "auth=Bearer t\x01\x01");
}

TEST_CASE("XOAUTH2 opens as its providers describe it")
{
    const auto mechanism =
        test::begin("XOAUTH2", test::with_token("someuser@example.com", "vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg=="));
    CHECK(base::to_base64(test::first_of(*mechanism)) ==
          "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB2RjlkZnQ0cW1UYzJOdmIzUmxja0JoZEhSaGRtbHpkR0V1WTI5dENn"
          "PT0BAQ==");
}

TEST_CASE("A13 OAUTHBEARER answers the error challenge with one octet and keeps the JSON")
{
    const auto mechanism = test::begin("OAUTHBEARER", example());
    mechanism->initial_response();
    const auto json = R"({"status":"invalid_token","scope":"example_scope"})"s;
    CHECK(test::text_of(mechanism->respond(json)) == "\x01");
    CHECK(mechanism->failure_detail() == json);
}

TEST_CASE("A13 XOAUTH2 answers the error challenge with nothing and keeps the JSON")
{
    const auto mechanism = test::begin("XOAUTH2", example());
    mechanism->initial_response();
    const auto json = R"({"status":"401","schemes":"bearer","scope":"https://mail.example.com/"})"s;
    CHECK(mechanism->respond(json).empty());
    CHECK(mechanism->failure_detail() == json);
}

TEST_CASE("A13 an OAuth server that sends error challenges forever is cut off at the second")
{
    for (const auto* name : {"OAUTHBEARER", "XOAUTH2"}) {
        const auto mechanism = test::begin(name, example());
        mechanism->initial_response();
        mechanism->respond("{}");
        CHECK(test::error_kind([&] { mechanism->respond("{}"); }) == "auth.refused");
    }
}

TEST_CASE("An OAuth server cannot refuse the token and then say yes")
{
    const auto mechanism = test::begin("OAUTHBEARER", example());
    mechanism->initial_response();
    mechanism->respond("{}");
    CHECK(test::error_kind([&] { mechanism->accept(); }) == "auth.bad_challenge");
}

TEST_CASE("A14 a token that would change the message is refused before anything is sent")
{
    CHECK(kind_for_token("one\x01host=other.example") == "auth.bad_credentials");
    CHECK(kind_for_token("one\r\nQUIT") == "auth.bad_credentials");
    CHECK(kind_for_token("one two") == "auth.bad_credentials");
    CHECK(kind_for_token("one\0"s) == "auth.bad_credentials");
    CHECK(kind_for_token("") == "auth.no_token");
    CHECK(kind_for_token("ya29.a0-_~+/=") == "(nothing)");
    CHECK(test::error_kind([] { test::begin("XOAUTH2", test::with_password("u", "p")); }) == "auth.no_token");
}

}
