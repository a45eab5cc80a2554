#include <popfetch/output/oauth_error.hpp>

#include <string>

#include "support/catch.hpp"

using popfetch::output::describe_oauth_error;

TEST_CASE("A13 the error of RFC 7628 becomes one sentence")
{
    CHECK(describe_oauth_error(R"({"status":"invalid_token","scope":"example_scope",
                                   "openid-configuration":"https://example.com/.well-known/openid-config"})") ==
          "the server says \"invalid_token\": the token is expired, revoked or malformed; it wants the scope "
          "\"example_scope\"; tokens come from \"https://example.com/.well-known/openid-config\"");
}

TEST_CASE("a status given as an HTTP status is explained whether it is text or a number")
{
    CHECK(describe_oauth_error(R"({"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"})") ==
          "the server says \"400\": the token is expired, revoked or malformed; it wants the scope "
          "\"https://mail.google.com/\"");
    CHECK(describe_oauth_error(R"({"status":401,"schemes":"bearer"})") ==
          "the server says \"401\": the token is expired, revoked or not meant for this server");
}

TEST_CASE("an error object of a token service shows the first line of its description")
{
    CHECK(describe_oauth_error("{\"error\":\"invalid_grant\",\"error_description\":\"AADSTS70008: The code has "
                               "expired.\\r\\nTrace ID: 0000\\r\\nTimestamp: now\",\"error_codes\":[70008]}") ==
          "the server says \"invalid_grant\": the authorization is expired or revoked; it has to be given again; "
          "\"AADSTS70008: The code has expired.\"");
    CHECK(describe_oauth_error(R"({"error_description":"no idea"})") == "the server says \"no idea\"");
}

TEST_CASE("a status nobody knows is shown as it is")
{
    CHECK(describe_oauth_error(R"({"status":"teapot"})") == "the server says \"teapot\"");
}

TEST_CASE("A13 what would act on a terminal is shown and not sent")
{
    CHECK(describe_oauth_error("{\"status\":\"\\u001b]0;x\\u0007\"}") == "the server says \"\\x1b]0;x\\x07\"");
    CHECK(describe_oauth_error("\x1b[2J") == "the server says \"\\x1b[2J\"");
    CHECK(describe_oauth_error("{\"status\":\"\xff\"}") == "the server says \"\xEF\xBF\xBD\"");
}

TEST_CASE("what is not an OAuth error is quoted and nothing becomes nothing")
{
    CHECK(describe_oauth_error("").empty());
    CHECK(describe_oauth_error(" \t").empty());
    CHECK(describe_oauth_error("go away") == "the server says \"go away\"");
    CHECK(describe_oauth_error("{\"status\":") == "the server says \"{\"status\":\"");
    CHECK(describe_oauth_error("[1]") == "the server says \"[1]\"");
    CHECK(describe_oauth_error("{\"status\":{\"a\":1}}") == "the server says \"{\"status\":{\"a\":1}}\"");
}

TEST_CASE("JSON that is deep or large is only quoted and cut")
{
    const std::string deep(50'000, '[');
    const std::string large = "{\"status\":\"" + std::string(100'000, 'x') + "\"}";
    CHECK(describe_oauth_error(deep).size() < 300);
    CHECK(describe_oauth_error(large).size() < 300);
}
