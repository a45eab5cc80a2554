#include "support/catch.hpp"

#include <cstdint>
#include <string>

#include <openssl/conf.h>
#include <openssl/ssl.h>

#include "net/tls_context.hpp"
#include "support/child.hpp"
#include "support/temp_folder.hpp"

namespace net = popfetch::net;
namespace test = popfetch::test;

namespace {

constexpr auto weak_configuration =
    "openssl_conf = all\n[all]\nssl_conf = tls\n[tls]\nsystem_default = weak\n"
    "[weak]\nMinProtocol = TLSv1\nCipherString = ALL:@SECLEVEL=0\n"
    "Options = UnsafeLegacyRenegotiation,UnsafeLegacyServerConnect,IgnoreUnexpectedEOF\n";

bool has(const SSL_CTX* context, std::uint64_t options) { return (SSL_CTX_get_options(context) & options) == options; }
bool has_any(const SSL_CTX* context, std::uint64_t options) { return (SSL_CTX_get_options(context) & options) != 0; }

}

TEST_CASE("The posture is that of the design")
{
    const auto context = net::make_context({});
    CHECK(SSL_CTX_get_security_level(context.get()) >= 2);
    CHECK(SSL_CTX_get_min_proto_version(context.get()) == TLS1_2_VERSION);
    CHECK(has(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET));
    CHECK(SSL_CTX_get_session_cache_mode(context.get()) == SSL_SESS_CACHE_OFF);
    net::TlsOptions options;
    options.min_version = net::TlsVersion::v1_3;
    CHECK(SSL_CTX_get_min_proto_version(net::make_context(options).get()) == TLS1_3_VERSION);
}

TEST_CASE("A lax openssl.cnf does not weaken the posture")
{
    const test::TempFolder folder;
    test::put_text(folder / "openssl.cnf", weak_configuration);
    const int status = test::exit_status_of([&] { // the configuration is the process's
        if (CONF_modules_load_file((folder / "openssl.cnf").c_str(), nullptr, 0) <= 0) return 2;
        const SSL_CTX* const plain = SSL_CTX_new(TLS_client_method());
        if (SSL_CTX_get_security_level(plain) != 0) return 3; // or the rest would prove nothing
        const auto context = net::make_context({});
        if (SSL_CTX_get_security_level(context.get()) < 2) return 4;
        if (SSL_CTX_get_min_proto_version(context.get()) != TLS1_2_VERSION) return 5;
        constexpr auto unsafe =
            SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION | SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_IGNORE_UNEXPECTED_EOF;
        return has_any(context.get(), unsafe) ? 6 : 7;
    });
    CHECK(status == 7);
}

TEST_CASE("A session names its host and never an address")
{
    const auto context = net::make_context({});
    CHECK(SSL_get_servername(net::make_ssl(context.get(), "pop.example.org").get(), TLSEXT_NAMETYPE_host_name) ==
          std::string{"pop.example.org"});
    CHECK(SSL_get_servername(net::make_ssl(context.get(), "192.0.2.1").get(), TLSEXT_NAMETYPE_host_name) == nullptr);
    CHECK(SSL_get_servername(net::make_ssl(context.get(), "fe80::1%eth0").get(), TLSEXT_NAMETYPE_host_name) == nullptr);
    CHECK_THROWS(net::make_ssl(context.get(), ""));
}
