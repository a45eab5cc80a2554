#include "support/catch.hpp"

#include <popfetch/base/base64.hpp>

#include "sasl/parties.hpp"
#include "sasl/scram_messages.hpp"

namespace popfetch {

using std::string_literals::operator""s;

namespace {

std::string kind_of_first(const std::string& message)
{
    return test::error_kind([&] { sasl::parse_server_first(message, "abc"); });
}

std::string kind_of_final(const std::string& message)
{
    return test::error_kind([&] { sasl::parse_server_final(message); });
}

const auto bad = "auth.bad_challenge"s;

}

TEST_CASE("The server's first message gives nonce and salt and iterations")
{
    const auto first = sasl::parse_server_first("r=abcXYZ,s=QSXCR+Q6sek8bf92,i=4096", "abc");
    CHECK(first.nonce == "abcXYZ");
    CHECK(base::to_base64(first.salt) == "QSXCR+Q6sek8bf92");
    CHECK(first.iterations == 4096);
    CHECK(sasl::parse_server_first("r=abcX,s=QQ==,i=1000000", "abc").iterations == 1'000'000);
    CHECK(sasl::parse_server_first("r=abcX,s=QQ==,i=4096,x=optional", "abc").iterations == 4096);
}

TEST_CASE("A09 a nonce that does not continue ours is refused")
{
    CHECK(kind_of_first("r=xbcXYZ,s=QQ==,i=4096") == bad);
    CHECK(kind_of_first("r=abc,s=QQ==,i=4096") == bad);
    CHECK(kind_of_first("r=ab,s=QQ==,i=4096") == bad);
    CHECK(kind_of_first("r=,s=QQ==,i=4096") == bad);
    CHECK(kind_of_first("r=abc\0def,s=QQ==,i=4096"s) == bad);
    CHECK(kind_of_first("r=abc def,s=QQ==,i=4096") == bad);
}

TEST_CASE("A09 iterations outside 4096 to 1000000 are refused")
{
    for (const auto* count : {"0", "1", "4095", "1000001", "1000000000", "99999999999999999999", "-4096", "0x1000",
                              "4e5", "", " 4096", "4096 "}) {
        CAPTURE(count);
        CHECK(kind_of_first("r=abcX,s=QQ==,i="s + count) == bad);
    }
}

TEST_CASE("A09 the accepted iterations are what the user says")
{
    const auto kind = [](const std::string& count) {
        return test::error_kind([&] {
            sasl::parse_server_first("r=abcX,s=QQ==,i=" + count, "abc", {1000, 2'000'000});
        });
    };
    CHECK(kind("999") == bad);
    CHECK(kind("1000") == "(nothing)");
    CHECK(kind("2000000") == "(nothing)");
    CHECK(kind("2000001") == bad);
}

TEST_CASE("A09 a mandatory extension is refused")
{
    CHECK(kind_of_first("m=what,r=abcX,s=QQ==,i=4096") == bad);
    CHECK(kind_of_first("r=abcX,s=QQ==,i=4096,m=what") == bad);
    CHECK(kind_of_final("m=what,v=QQ==") == bad);
}

TEST_CASE("What is not a server's first message is refused")
{
    for (const auto* message :
         {"", ",", "r=abcX", "r=abcX,s=QQ==", "s=QQ==,r=abcX,i=4096", "r=abcX,s=,i=4096", "r=abcX,s=Q!==,i=4096",
          "r:abcX,s=QQ==,i=4096", "e=other-error", "r=abcX,,s=QQ==,i=4096"}) {
        CAPTURE(message);
        CHECK(kind_of_first(message) == bad);
    }
}

TEST_CASE("What the server asks for is shown without its control characters")
{
    try {
        sasl::parse_server_first("r=abcX,s=QQ==,i=\x1b[2J", "abc");
        FAIL("taken");
    } catch (const sasl::SaslError& error) {
        CHECK(std::string{error.what()}.find('\x1b') == std::string::npos);
        CHECK(std::string{error.what()}.find("\\x1b") != std::string::npos);
    }
}

TEST_CASE("The server's final message is a signature or an error")
{
    CHECK(sasl::parse_server_final("v=QUJD").signature == "ABC");
    CHECK(sasl::parse_server_final("v=QUJD,x=optional").signature == "ABC");
    const auto refused = sasl::parse_server_final("e=invalid-proof");
    CHECK(refused.error == "invalid-proof");
    CHECK(refused.signature.empty());
    CHECK(kind_of_final("") == bad);
    CHECK(kind_of_final("v=") == bad);
    CHECK(kind_of_final("v=QUJ") == bad);
    CHECK(kind_of_final("w=QUJD") == bad);
}

}
