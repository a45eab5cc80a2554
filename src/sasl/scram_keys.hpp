#pragma once
// The arithmetic of SCRAM (RFC 5802 §3, RFC 7677 §3): from the password to the proof that we know it, and to the
// signature that shows that the server does. Every key on the way is wiped.

#include <string>
#include <string_view>

#include <popfetch/base/secret.hpp>

namespace popfetch::sasl {

enum class ScramHash { sha_1, sha_256 };

struct ScramProof {
    base::Secret client_proof;    // base64, as p= has it
    std::string server_signature; // raw, what v= must be
};

/// `password` prepared (saslprep.hpp), `salt` raw. Throws SaslError "auth.crypto" where the system's OpenSSL is not
/// allowed to use the hash.
ScramProof prove(ScramHash hash, const base::Secret& password, std::string_view salt, unsigned iterations,
                 std::string_view auth_message);

/// Compares in a time that does not depend on where they differ.
bool equal_signatures(std::string_view a, std::string_view b);

}
