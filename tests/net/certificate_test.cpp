#include "support/catch.hpp"

#include <memory>
#include <string>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <popfetch/base/base64.hpp>
#include <popfetch/base/digest.hpp>

#include "net/certificate.hpp"
#include "support/certificates.hpp"

using namespace std::string_literals;
using namespace std::chrono_literals;
namespace net = popfetch::net;
namespace test = popfetch::test;

namespace {

template<class Encode, class Object>
std::string encoded(Encode encode, Object* object)
{
    unsigned char* bytes = nullptr;
    const int size = encode(object, &bytes);
    std::string text{reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
    OPENSSL_free(bytes);
    return text;
}

}

TEST_CASE("The fingerprint is the digest of the certificate and the pin that of its key")
{
    const auto identity = test::self_signed({.names = {"pop.example.org"}});
    const auto described = net::describe(identity.certificate.get());
    const auto whole = encoded(&i2d_X509, identity.certificate.get());
    CHECK(described.fingerprint == popfetch::base::sha256_hex(whole));

    const auto key = popfetch::base::sha256_hex(encoded(&i2d_PUBKEY, identity.key.get()));
    const auto pin = popfetch::base::from_base64(described.pin.substr(std::string{"sha256//"}.size()));
    REQUIRE(pin);
    CHECK(popfetch::base::to_hex(*pin) == key);
}

TEST_CASE("The end point binding is the certificate's digest by its own hash")
{
    const auto identity = test::self_signed({.names = {"pop.example.org"}});
    const auto whole = encoded(&i2d_X509, identity.certificate.get());
    CHECK(popfetch::base::to_hex(net::end_point_binding(identity.certificate.get())) ==
          popfetch::base::sha256_hex(whole));
}

TEST_CASE("Names and addresses are listed and dates are those of the certificate")
{
    const auto described = net::describe(
        test::self_signed(
            {.common_name = "me", .names = {"a.example", "*.b.example"}, .addresses = {"192.0.2.1", "::1"}})
            .certificate.get());
    CHECK(described.subject == "CN=me");
    CHECK(described.issuer == "CN=me");
    CHECK(described.names == std::vector<std::string>{"a.example", "*.b.example", "192.0.2.1", "::1"});
    CHECK(described.not_after - described.not_before == 25h);
    CHECK(net::date_of(described.not_after).size() == 10);
}

TEST_CASE("T08 control characters of a certificate are never shown as they are")
{
    const auto described =
        net::describe(test::self_signed({.common_name = "a\x1b[2J\0b"s, .names = {"a\x1b\nb"}}).certificate.get());
    for (const auto& text : {described.subject, described.names.at(0)}) {
        CHECK(text.find('\x1b') == std::string::npos);
        CHECK(text.find('\n') == std::string::npos);
        CHECK(text.find('\0') == std::string::npos);
    }
    CHECK(described.names.at(0) == "a\\x1b\\x0ab");
}

TEST_CASE("Text in another script stays readable")
{
    CHECK(net::describe(test::self_signed({.common_name = "大阪支店"}).certificate.get()).subject == "CN=大阪支店");
}
