#include "support/catch.hpp"

#include "sasl/parties.hpp"
#include "sasl/saslprep.hpp"

using popfetch::base::Secret;
using popfetch::sasl::saslprep;

TEST_CASE("SASLprep gives the results of the examples in RFC 4013")
{
    CHECK(saslprep(std::string{"I\u00adX"}) == "IX");
    CHECK(saslprep(std::string{"user"}) == "user");
    CHECK(saslprep(std::string{"USER"}) == "USER");
    CHECK(saslprep(std::string{"\u00aa"}) == "a");
    CHECK(saslprep(std::string{"\u2168"}) == "IX");
}

TEST_CASE("What SASLprep has no form for stays as it is")
{
    CHECK(saslprep(std::string{"\x07"}) == "\x07");
    CHECK(saslprep(std::string{"\u0627"
                               "1"}) == "\u0627"
                                        "1");
    CHECK(saslprep(std::string{"p\xe9"}) == "p\xe9");
    CHECK(saslprep(std::string{}).empty());
}

TEST_CASE("A password is prepared like a name")
{
    CHECK(popfetch::test::text_of(saslprep(Secret{"I\u00adX"})) == "IX");
    CHECK(popfetch::test::text_of(saslprep(Secret{"p\U0001f511"})) == "p\U0001f511");
}
