#pragma once
// The server's side of SCRAM (RFC 5802), written from the RFC for the tests alone: it keeps StoredKey and ServerKey and
// recovers ClientKey from the proof, which is not what a client computes.

#include <string>
#include <string_view>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <popfetch/base/base64.hpp>

namespace popfetch::test {

struct ScramServer {
    const EVP_MD* digest = EVP_sha256();
    std::string password = "pencil";
    std::string salt = "a salt of sixteen";
    int iterations = 4096;
    std::string nonce_tail = "%servers+own+part";
    std::string binding_type, binding; // what TLS gave the server; empty type: it cannot bind
    bool offers_plus = false;

    std::string user, gs2_header, client_first_bare, server_first, nonce; // what was seen

    /// Takes client-first-message, gives server-first-message.
    std::string challenge(const std::string& client_first)
    {
        const auto second_comma = client_first.find(',', client_first.find(',') + 1);
        gs2_header = client_first.substr(0, second_comma + 1);
        client_first_bare = client_first.substr(second_comma + 1);
        const auto comma = client_first_bare.find(',');
        user = client_first_bare.substr(2, comma - 2);
        nonce = client_first_bare.substr(comma + 3) + nonce_tail;
        server_first = "r=" + nonce + ",s=" + base::to_base64(salt) + ",i=" + std::to_string(iterations);
        return server_first;
    }

    /// Takes client-final-message, gives server-final-message: v= when all is well, e= otherwise.
    std::string verdict(const std::string& client_final)
    {
        const auto proof_at = client_final.rfind(",p=");
        const auto without_proof = client_final.substr(0, proof_at);
        if (gs2_header.starts_with("y") && offers_plus) return "e=server-does-support-channel-binding";
        auto bound = gs2_header;
        if (gs2_header.starts_with("p=")) {
            if (!gs2_header.starts_with("p=" + binding_type + ",")) return "e=unsupported-channel-binding-type";
            bound += binding;
        }
        if (without_proof != "c=" + base::to_base64(bound) + ",r=" + nonce) return "e=channel-bindings-dont-match";

        const auto auth_message = client_first_bare + "," + server_first + "," + without_proof;
        const auto salted = salted_password();
        const auto stored_key = hash(hmac(salted, "Client Key"));
        const auto proof = base::from_base64(client_final.substr(proof_at + 3)).value_or("");
        auto client_key = hmac(stored_key, auth_message);
        if (proof.size() != client_key.size()) return "e=invalid-encoding";
        for (std::size_t i = 0; i < proof.size(); ++i) client_key[i] = static_cast<char>(client_key[i] ^ proof[i]);
        if (hash(client_key) != stored_key) return "e=invalid-proof";
        return "v=" + base::to_base64(hmac(hmac(salted, "Server Key"), auth_message));
    }

private:
    static const unsigned char* octets(const std::string& text)
    {
        return reinterpret_cast<const unsigned char*>(text.data());
    }

    std::string salted_password() const
    {
        std::string result(static_cast<std::size_t>(EVP_MD_get_size(digest)), '\0');
        PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), octets(salt),
                          static_cast<int>(salt.size()), iterations, digest, static_cast<int>(result.size()),
                          reinterpret_cast<unsigned char*>(result.data()));
        return result;
    }

    std::string hmac(const std::string& key, const std::string& text) const
    {
        unsigned char result[EVP_MAX_MD_SIZE];
        unsigned size = 0;
        HMAC(digest, key.data(), static_cast<int>(key.size()), octets(text), text.size(), result, &size);
        return {reinterpret_cast<const char*>(result), size};
    }

    std::string hash(const std::string& text) const
    {
        unsigned char result[EVP_MAX_MD_SIZE];
        unsigned size = 0;
        EVP_Digest(text.data(), text.size(), result, &size, digest, nullptr);
        return {reinterpret_cast<const char*>(result), size};
    }
};

}
