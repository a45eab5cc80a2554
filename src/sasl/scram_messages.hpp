#pragma once
// What a SCRAM server says (RFC 5802 §5.1, §7), parsed strictly: attributes in their order, no mandatory extension, and
// no number of iterations that is either an attack on the password or on our time (FAULTS A09).

#include <string>
#include <string_view>

#include <popfetch/sasl/mechanism.hpp>

namespace popfetch::sasl {

/// The numbers of iterations that are accepted (sasl::Credentials).
struct Iterations {
    unsigned least = 4096, most = 1'000'000;
};

struct ServerFirst {
    std::string nonce; // ours, and the server's behind it
    std::string salt;  // raw
    unsigned iterations = 0;
};

/// Throws SaslError "auth.bad_challenge" saying what is wrong.
ServerFirst parse_server_first(std::string_view message, std::string_view client_nonce, Iterations accepted = {});

struct ServerFinal {
    std::string signature; // raw; empty where the server reports an error
    std::string error;     // "invalid-proof"; foreign text
};
ServerFinal parse_server_final(std::string_view message);

}
