#include <popfetch/base/digest.hpp>

#include <openssl/evp.h>

#include <popfetch/base/base64.hpp>
#include <popfetch/base/error.hpp>

namespace popfetch::base {

namespace {

EVP_MD_CTX* as_context(void* context) { return static_cast<EVP_MD_CTX*>(context); }

[[noreturn]] void fail()
{
    throw Error{ExitStatus::io, "system.crypto", "OpenSSL offers no SHA-256", "its configuration may have disabled it"};
}

}

Sha256::Sha256() : context_{EVP_MD_CTX_new()}
{
    if (context_ != nullptr && EVP_DigestInit_ex(as_context(context_), EVP_sha256(), nullptr) == 1) return;
    EVP_MD_CTX_free(as_context(context_)); // no destructor runs for what was not constructed
    fail();
}

Sha256::~Sha256() { EVP_MD_CTX_free(as_context(context_)); }

void Sha256::update(std::string_view bytes)
{
    if (EVP_DigestUpdate(as_context(context_), bytes.data(), bytes.size()) != 1) fail();
}

std::string Sha256::finish()
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    // Without a type the context keeps the one it has, which spares OpenSSL's search for it.
    if (EVP_DigestFinal_ex(as_context(context_), digest, &size) != 1 ||
        EVP_DigestInit_ex(as_context(context_), nullptr, nullptr) != 1)
        fail();
    return {reinterpret_cast<const char*>(digest), size};
}

std::string Sha256::hex() { return to_hex(finish()); }

std::string sha256_hex(std::string_view bytes)
{
    Sha256 digest;
    digest.update(bytes);
    return digest.hex();
}

std::string slow_digest(const Secret& secret, std::string_view salt)
{
    constexpr int iterations = 200'000;
    unsigned char digest[32];
    const auto password = secret.reveal();
    if (PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                          reinterpret_cast<const unsigned char*>(salt.data()), static_cast<int>(salt.size()),
                          iterations, EVP_sha256(), sizeof digest, digest) != 1)
        fail();
    return to_hex({reinterpret_cast<const char*>(digest), sizeof digest});
}

}
