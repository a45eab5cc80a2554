#pragma once
// Certificates for tests, made on the spot: a small authority, and whatever right or wrong it is asked to sign.
//
//     const auto authority = test::make_authority("Test CA");
//     const auto server = test::issue(authority, {.names = {"pop.example.org"}});
//     const auto expired = test::issue(authority, {.names = {"pop.example.org"}, .valid_to = -1h});

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <openssl/x509.h>

namespace popfetch::test {

/// A certificate and its private key.
struct Identity {
    std::shared_ptr<X509> certificate;
    std::shared_ptr<EVP_PKEY> key;

    std::string certificate_pem() const;
    std::string key_pem() const;
};

struct CertificateRequest {
    std::string common_name = "server";
    std::vector<std::string> names{};                         // dNSName, any bytes at all
    std::vector<std::string> addresses{};                     // iPAddress, as text
    std::chrono::seconds valid_from = -std::chrono::hours{1}; // from now
    std::chrono::seconds valid_to = std::chrono::hours{24};
    std::string extended_key_usage = "serverAuth"; // empty: the extension is left out
    bool authority = false;
    int rsa_bits = 0; // 0: P-256
};

Identity make_authority(const std::string& common_name);
Identity issue(const Identity& authority, const CertificateRequest& request);
Identity self_signed(const CertificateRequest& request);

/// A revocation list in PEM.
std::string revocation_list(const Identity& authority, const std::vector<Identity>& revoked);

}
