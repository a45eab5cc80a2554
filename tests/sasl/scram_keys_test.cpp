#include "support/catch.hpp"

#include <popfetch/base/base64.hpp>

#include "sasl/parties.hpp"
#include "sasl/scram_keys.hpp"

namespace popfetch {

namespace {

struct Expected {
    std::string proof, signature;
};

Expected prove(sasl::ScramHash hash, std::string_view salt, std::string_view auth_message)
{
    const auto proof = sasl::prove(hash, base::Secret{"pencil"}, *base::from_base64(salt), 4096, auth_message);
    return {test::text_of(proof.client_proof), base::to_base64(proof.server_signature)};
}

}

TEST_CASE("SCRAM-SHA-1 computes the proof and the signature of RFC 5802")
{
    const auto result = prove(sasl::ScramHash::sha_1, "QSXCR+Q6sek8bf92",
                              "n=user,r=fyko+d2lbbFgONRv9qkxdawL,"
                              "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096,"
                              "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j");
    CHECK(result.proof == "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
    CHECK(result.signature == "rmF9pqV8S7suAoZWja4dJRkFsKQ=");
}

TEST_CASE("SCRAM-SHA-256 computes the proof and the signature of RFC 7677")
{
    const auto result = prove(sasl::ScramHash::sha_256, "W22ZaJ0SNY7soEsUEjb6gQ==",
                              "n=user,r=rOprNGfwEbeRWgbNEkqO,"
                              "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
                              "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");
    CHECK(result.proof == "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    CHECK(result.signature == "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
}

TEST_CASE("Signatures are equal only as a whole")
{
    CHECK(sasl::equal_signatures("abc", "abc"));
    CHECK_FALSE(sasl::equal_signatures("abc", "abd"));
    CHECK_FALSE(sasl::equal_signatures("abc", "ab"));
    CHECK_FALSE(sasl::equal_signatures("", "a"));
}

}
