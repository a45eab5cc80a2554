#include <popfetch/mail/fields.hpp>

#include <string>

#include "support/catch.hpp"

using popfetch::mail::read_fields;

TEST_CASE("every field of a header is read, in its order, decoded")
{
    const auto fields = read_fields("Received: from x\r\n\tby y\r\nreceived: from z\r\n"
                                    "Subject: =?utf-8?q?caf=C3=A9?=\r\nX-Empty:\r\n\r\nBody: no\r\n");
    REQUIRE(fields.size() == 4);
    CHECK(fields[0].name == "Received");
    CHECK(fields[0].value == "from x by y");
    CHECK(fields[1].name == "received");
    CHECK(fields[1].value == "from z");
    CHECK(fields[2].value == "café");
    CHECK_FALSE(fields[2].value_raw);
    CHECK(fields[3].name == "X-Empty");
    CHECK(fields[3].value.empty());
}

TEST_CASE("octets of a field that are no UTF-8 are kept beside what is shown")
{
    const auto fields = read_fields("X-Note: caf\xE9\n\n");
    REQUIRE(fields.size() == 1);
    CHECK(fields[0].value == "café");
    CHECK(fields[0].value_raw == "caf\xE9");
}

TEST_CASE("a field without an end is cut, and so is a header")
{
    std::string header{"X: "};
    header.append(200'000, 'x').append("\nY: ").append(1'000'000, 'y');
    const auto fields = read_fields(header);
    REQUIRE(fields.size() == 2);
    std::string shortened(65'536, 'x');
    shortened += "…";
    CHECK(fields[0].value == shortened);
    CHECK(fields[1].value.size() < 62'200); // what is left of 256 KiB
}
