#include "support/catch.hpp"

#include "sasl/parties.hpp"

namespace popfetch {

TEST_CASE("APOP gives the digest of the example in RFC 1939")
{
    const auto digest = sasl::apop_digest("<1896.697170952@dbc.mtview.ca.us>", base::Secret{"tanstaaf"});
    CHECK(test::text_of(digest) == "c4c9334bac560ecc979e58001b3e22fb");
}

}
