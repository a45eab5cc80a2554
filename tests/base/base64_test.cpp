#include "support/catch.hpp"

#include <string>
#include <utility>
#include <vector>

#include <popfetch/base/base64.hpp>

using namespace popfetch::base;

TEST_CASE("the examples of RFC 4648 go both ways")
{
    const std::vector<std::pair<std::string, std::string>> examples{{"", ""},
                                                                    {"f", "Zg=="},
                                                                    {"fo", "Zm8="},
                                                                    {"foo", "Zm9v"},
                                                                    {"foob", "Zm9vYg=="},
                                                                    {"fooba", "Zm9vYmE="},
                                                                    {"foobar", "Zm9vYmFy"},
                                                                    {std::string("\xFB\xFF\0", 3), "+/8A"}};
    for (const auto& [bytes, text] : examples) {
        CHECK(to_base64(bytes) == text);
        CHECK(from_base64(text) == bytes);
        CHECK(to_base64(Secret{bytes}).reveal() == text);
    }
}

TEST_CASE("every octet in every place survives the round trip")
{
    for (unsigned value = 0; value < 256; ++value) {
        for (std::size_t size = 1; size <= 4; ++size) {
            for (std::size_t at = 0; at < size; ++at) {
                std::string bytes(size, 'x');
                bytes[at] = static_cast<char>(value);
                REQUIRE(from_base64(to_base64(bytes)) == bytes);
            }
        }
    }
}

TEST_CASE("A06 what is not exactly base64 is nothing")
{
    const std::vector<std::string> wrong{"=AAA",
                                         "A",
                                         "AA",
                                         "AAA",
                                         "AA=A",
                                         "A===",
                                         "====",
                                         "AAAA=",
                                         "AA==AAAA",
                                         "Zg==\n",
                                         " Zg=",
                                         "Zh==",
                                         "Zm9=",
                                         "Z-==",
                                         "Z_8=",
                                         "Zg= ",
                                         std::string("Zg\0=", 4),
                                         "\xC3\xA4==",
                                         "="};
    for (const std::string& text : wrong) {
        INFO(text);
        CHECK_FALSE(from_base64(text));
    }
}

TEST_CASE("a text of four characters is accepted only in its one spelling")
{
    const std::string_view tails = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    int accepted = 0;
    for (const char tail : tails) {
        if (const auto bytes = from_base64(std::string{"A"} + tail + "==")) {
            ++accepted;
            CHECK(to_base64(*bytes) == std::string{"A"} + tail + "==");
        }
    }
    CHECK(accepted == 4);
}

TEST_CASE("hex is lower case")
{
    CHECK(to_hex(std::string_view{"\x00\x1f\xff", 3}) == "001fff");
    CHECK(to_hex("").empty());
}
