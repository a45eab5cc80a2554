#include "support/catch.hpp"

#include <string>

#include <popfetch/base/digest.hpp>

using namespace popfetch::base;

TEST_CASE("SHA-256 agrees with the examples of FIPS 180")
{
    CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("how the bytes are cut into updates does not matter")
{
    const std::string text = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    for (std::size_t at = 0; at <= text.size(); ++at) {
        Sha256 digest;
        digest.update(std::string_view{text}.substr(0, at));
        digest.update(std::string_view{text}.substr(at));
        CHECK(digest.hex() == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    }
}
