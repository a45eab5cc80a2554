#include "scram_keys.hpp"

#include <array>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <popfetch/base/base64.hpp>
#include <popfetch/sasl/mechanism.hpp>

namespace popfetch::sasl {

namespace {

/// The result of a hash, wiped when it goes.
struct Key {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;

    Key() = default;
    Key(const Key&) = delete;
    Key& operator=(const Key&) = delete;
    ~Key() { base::wipe(text(), bytes.size()); }

    char* text() { return reinterpret_cast<char*>(bytes.data()); }
    std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), size}; }
};

const unsigned char* octets(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

void require(bool done)
{
    if (!done) throw SaslError{"auth.crypto", "OpenSSL does not offer the hash that SCRAM needs"};
}

void salt_password(Key& salted, const EVP_MD* digest, const base::Secret& password, std::string_view salt,
                   unsigned iterations)
{
    salted.size = static_cast<unsigned>(EVP_MD_get_size(digest));
    const auto secret = password.reveal();
    require(PKCS5_PBKDF2_HMAC(secret.data(), static_cast<int>(secret.size()), octets(salt),
                              static_cast<int>(salt.size()), static_cast<int>(iterations), digest,
                              static_cast<int>(salted.size), salted.bytes.data()) == 1);
}

void hmac(Key& result, const EVP_MD* digest, const Key& key, std::string_view text)
{
    require(HMAC(digest, key.bytes.data(), static_cast<int>(key.size), octets(text), text.size(), result.bytes.data(),
                 &result.size) != nullptr);
}

void digest_of(Key& result, const EVP_MD* digest, const Key& key)
{
    require(EVP_Digest(key.bytes.data(), key.size, result.bytes.data(), &result.size, digest, nullptr) == 1);
}

}

ScramProof prove(ScramHash hash, const base::Secret& password, std::string_view salt, unsigned iterations,
                 std::string_view auth_message)
{
    const EVP_MD* digest = hash == ScramHash::sha_1 ? EVP_sha1() : EVP_sha256();
    Key salted, client_key, stored_key, server_key, proof, signature;

    salt_password(salted, digest, password, salt, iterations);
    hmac(client_key, digest, salted, "Client Key");
    digest_of(stored_key, digest, client_key);
    hmac(proof, digest, stored_key, auth_message);
    for (unsigned i = 0; i < proof.size; ++i) proof.bytes[i] ^= client_key.bytes[i];

    hmac(server_key, digest, salted, "Server Key");
    hmac(signature, digest, server_key, auth_message);
    return {base::to_base64(base::Secret{proof.view()}), std::string{signature.view()}};
}

bool equal_signatures(std::string_view a, std::string_view b)
{
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}
