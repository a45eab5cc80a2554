#include "tls_context.hpp"

#include <algorithm>
#include <cerrno>
#include <new>
#include <system_error>

#include <unistd.h>

#include <openssl/err.h>

#include <popfetch/base/error.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/net/dial.hpp>

#include "tls_failure.hpp"

namespace popfetch::net {

namespace {

constexpr int least_security_level = 2;               // 112 bits: no RSA or DH below 2048
constexpr long longest_chain_in_octets = 100L * 1024; // FAULTS T18
constexpr int longest_chain = 16;
constexpr std::size_t read_buffer = std::size_t{128} * 1024; // a system call takes many records

void require(bool done, std::string_view key, const std::string& path, std::string_view what)
{
    if (done) return;
    const int unreadable = ::access(path.c_str(), R_OK) == 0 ? 0 : errno;
    const auto reason = take_reason();
    throw base::Error{base::ExitStatus::config, "config.tls",
                      std::string{key} + ": " + base::printable(path) + ": " +
                          (unreadable != 0 ? "cannot be read (" + std::generic_category().message(unreadable) + ')'
                                           : std::string{what} + ": " + reason)};
}

/// Without one OpenSSL would ask on the terminal.
int no_passphrase(char*, int, int, void*) { return 0; }

void harden(SSL_CTX* context, TlsVersion least)
{
    SSL_CTX_set_min_proto_version(context, least == TlsVersion::v1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
    // The system's openssl.cnf may raise what we ask for; it may not lower it.
    SSL_CTX_set_security_level(context, std::max(least_security_level, SSL_CTX_get_security_level(context)));
    SSL_CTX_clear_options(context, SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION |
                                       SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_max_cert_list(context, longest_chain_in_octets);
    SSL_CTX_set_verify_depth(context, longest_chain);
}

void read_fast(SSL_CTX* context)
{
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_default_read_buffer_len(context, read_buffer);
    // A record that carries no data gives us a say, so that a flood of them ends (FAULTS T12).
    SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
}

/// OpenSSL leaves SSL_CERT_FILE and SSL_CERT_DIR aside in a privileged process (secure_getenv(3)).
void load_authorities(SSL_CTX* context, const std::string& file)
{
    if (file.empty()) {
        SSL_CTX_set_default_verify_paths(context);
        return;
    }
    require(SSL_CTX_load_verify_file(context, file.c_str()) == 1, "tls_ca_file", file, "no certificates in it");
    // Whatever stands in this file is trusted, also an intermediate authority or the server's own certificate.
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
}

void load_revocations(SSL_CTX* context, const std::string& file)
{
    if (file.empty()) return;
    X509_STORE* const store = SSL_CTX_get_cert_store(context);
    X509_LOOKUP* const lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
    require(lookup != nullptr && X509_load_crl_file(lookup, file.c_str(), X509_FILETYPE_PEM) > 0, "tls_crl_file", file,
            "no revocation list in it");
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_CRL_CHECK);
}

void load_client_certificate(SSL_CTX* context, const TlsOptions& options)
{
    if (options.client_certificate.empty()) return;
    const auto& certificate = options.client_certificate;
    const auto& key = options.client_key.empty() ? certificate : options.client_key;
    SSL_CTX_set_default_passwd_cb(context, no_passphrase);
    require(SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) == 1, "tls_client_cert", certificate,
            "no certificate in it");
    require(SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) == 1, "tls_client_key", key,
            "no key in it that can be used without a passphrase and belongs to tls_client_cert");
}

}

SslContext make_context(const TlsOptions& options)
{
    ERR_clear_error();
    SslContext context{SSL_CTX_new(TLS_client_method())};
    if (!context) throw std::bad_alloc{};
    harden(context.get(), options.min_version);
    read_fast(context.get());
    load_authorities(context.get(), options.ca_file);
    load_revocations(context.get(), options.crl_file);
    load_client_certificate(context.get(), options);
    if (options.alpn) {
        constexpr unsigned char pop3[] = {4, 'p', 'o', 'p', '3'}; // IANA, "ALPN Protocol IDs"
        SSL_CTX_set_alpn_protos(context.get(), pop3, sizeof pop3);
    }
    return context;
}

Ssl make_ssl(SSL_CTX* context, const std::string& name)
{
    Ssl ssl{SSL_new(context)};
    if (!ssl) throw std::bad_alloc{};
    X509_VERIFY_PARAM* const param = SSL_get0_param(ssl.get());
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER);
    // An empty name would mean "any"; RFC 6066 §3 has no SNI for addresses.
    bool set = !name.empty();
    if (is_address_literal(name)) {
        set = set && X509_VERIFY_PARAM_set1_ip_asc(param, name.substr(0, name.find('%')).c_str()) == 1;
    } else {
        set = set && SSL_set1_host(ssl.get(), name.c_str()) == 1;
        set = set && SSL_set_tlsext_host_name(ssl.get(), name.c_str()) == 1;
    }
    if (set) return ssl;
    throw base::Error{base::ExitStatus::config, "config.tls",
                      "tls_server_name: no name to check the certificate against", "set tls_server_name"};
}

}
