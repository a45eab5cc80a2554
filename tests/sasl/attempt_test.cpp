#include "support/catch.hpp"

#include "sasl/attempt.hpp"

using popfetch::sasl::saslname;

TEST_CASE("A name in GS2 has its commas and equals signs escaped")
{
    CHECK(saslname("user@example.org") == "user@example.org");
    CHECK(saslname("a,b=c") == "a=2Cb=3Dc");
    CHECK(saslname("=2C") == "=3D2C");
    CHECK(saslname("").empty());
}
