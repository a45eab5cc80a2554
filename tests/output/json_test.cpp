#include <cstdint>
#include <limits>

#include <popfetch/base/printable.hpp>
#include <popfetch/output/format.hpp>

#include "support/catch.hpp"

using popfetch::base::WallTime;
using popfetch::output::Octets;
using popfetch::output::Record;
using popfetch::output::to_json;
using popfetch::output::to_json_line;
using popfetch::output::Value;

TEST_CASE("every object begins with its schema and ends with a newline")
{
    CHECK(to_json_line({}) == "{\"schema\":1}\n");
    CHECK(to_json_line({{"event", "error"}, {"exit", 77}}) == "{\"schema\":1,\"event\":\"error\",\"exit\":77}\n");
}

TEST_CASE("each kind of value has its form in JSON")
{
    const WallTime time{std::chrono::seconds{1'795'248'900}};
    const Record record{{"nothing", Value{}},
                        {"yes", true},
                        {"negative", -7},
                        {"seconds", 0.25},
                        {"size", Octets{100'763}},
                        {"at", time},
                        {"text", "a \"quoted\" \\ word"},
                        {"list", Value::List{1u, "two"}},
                        {"none", Value::List{}},
                        {"from", Record{{"name", "A"}, {"address", "a@example.org"}}}};
    CHECK(to_json_line(record) == "{\"schema\":1,\"nothing\":null,\"yes\":true,\"negative\":-7,\"seconds\":0.25,"
                                  "\"size\":100763,\"at\":\"2026-11-21T08:15:00Z\","
                                  "\"text\":\"a \\\"quoted\\\" \\\\ word\",\"list\":[1,\"two\"],\"none\":[],"
                                  "\"from\":{\"name\":\"A\",\"address\":\"a@example.org\"}}\n");
}

TEST_CASE("O07 sizes above 2^53 stay exact integers")
{
    CHECK(to_json_line({{"size", Octets{std::numeric_limits<std::uint64_t>::max()}}}) ==
          "{\"schema\":1,\"size\":18446744073709551615}\n");
    CHECK(to_json_line({{"n", (std::uint64_t{1} << 53U) + 1}}) == "{\"schema\":1,\"n\":9007199254740993}\n");
    CHECK(to_json_line({{"n", std::numeric_limits<std::int64_t>::min()}}) ==
          "{\"schema\":1,\"n\":-9223372036854775808}\n");
}

TEST_CASE("a number that is none becomes null")
{
    CHECK(to_json_line({{"rate", std::numeric_limits<double>::quiet_NaN()}}) == "{\"schema\":1,\"rate\":null}\n");
    CHECK(to_json_line({{"rate", std::numeric_limits<double>::infinity()}}) == "{\"schema\":1,\"rate\":null}\n");
}

TEST_CASE("O04 text that is not UTF-8 is shown as far as it can be and its octets stand beside it")
{
    CHECK(to_json_line({{"uid", "a\xff"}, {"size", 1u}}) ==
          "{\"schema\":1,\"uid\":\"a\xEF\xBF\xBD\",\"uid_raw\":\"Yf8=\",\"size\":1}\n");
    // A surrogate written as UTF-8.
    CHECK(to_json_line({{"uid", "\xED\xA0\x80"}}).find("\"uid_raw\":\"7aCA\"") != std::string::npos);
}

TEST_CASE("O04 the same in an object inside and in a list")
{
    CHECK(to_json_line({{"from", Record{{"name", "\xe9"}}}}) ==
          "{\"schema\":1,\"from\":{\"name\":\"\xEF\xBF\xBD\",\"name_raw\":\"6Q==\"}}\n");
    CHECK(
        to_json_line({{"capabilities", Value::List{"TOP", "\xe9", 1u}}}) ==
        "{\"schema\":1,\"capabilities\":[\"TOP\",\"\xEF\xBF\xBD\",1],\"capabilities_raw\":[\"VE9Q\",\"6Q==\",null]}\n");
    CHECK(to_json_line({{"to", Value::List{Record{{"name", "\xe9"}}}}}) ==
          "{\"schema\":1,\"to\":[{\"name\":\"\xEF\xBF\xBD\",\"name_raw\":\"6Q==\"}]}\n");
}

TEST_CASE("octets that the command gives itself are not replaced")
{
    CHECK(to_json_line({{"subject", "\xff"}, {"subject_raw", "mine"}}) ==
          "{\"schema\":1,\"subject\":\"\xEF\xBF\xBD\",\"subject_raw\":\"mine\"}\n");
}

TEST_CASE("O04 a NUL is part of the text")
{
    CHECK(to_json_line({{"text", std::string{"a\0b", 3}}}) == "{\"schema\":1,\"text\":\"a\\u0000b\"}\n");
}

TEST_CASE("O01 O02 what a terminal would act on is escaped and means the same")
{
    CHECK(to_json_line({{"subject", "\x1b]52;c;\a\x7f"}}) ==
          "{\"schema\":1,\"subject\":\"\\u001b]52;c;\\u0007\\u007f\"}\n");
    CHECK(to_json_line({{"subject", "\u009b31m"}}) == "{\"schema\":1,\"subject\":\"\\u009b31m\"}\n");
    CHECK(to_json_line({{"subject", "\u202egpj.exe"}}) == "{\"schema\":1,\"subject\":\"\\u202egpj.exe\"}\n");
    CHECK(to_json_line({{"subject", "a\u2028b\u200bc\ufeff"}}) ==
          "{\"schema\":1,\"subject\":\"a\\u2028b\\u200bc\\ufeff\"}\n");
    CHECK(to_json_line({{"subject", "\U000E0041"}}) == "{\"schema\":1,\"subject\":\"\\udb40\\udc41\"}\n");
}

TEST_CASE("letters of all scripts stay letters")
{
    CHECK(to_json_line({{"from", "大阪支店 é 😀"}}) == "{\"schema\":1,\"from\":\"大阪支店 é 😀\"}\n");
}

TEST_CASE("every octet in every place gives one line of valid UTF-8 without controls")
{
    for (unsigned octet = 0; octet < 256; ++octet) {
        const std::string text = std::string{"a"} + static_cast<char>(octet) + "\x80";
        const std::string line = to_json_line({{"text", text}});
        CAPTURE(octet, line);
        CHECK(popfetch::base::is_valid_utf8(line));
        CHECK(popfetch::base::printable(line.substr(0, line.size() - 1), 1000) == line.substr(0, line.size() - 1));
    }
}

TEST_CASE("a document that is one object is indented")
{
    CHECK(to_json({{"account", "work"}, {"messages", 4u}}) ==
          "{\n  \"schema\": 1,\n  \"account\": \"work\",\n  \"messages\": 4\n}\n");
}
