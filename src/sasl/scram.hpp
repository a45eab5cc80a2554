#pragma once
// SCRAM-SHA-1 and SCRAM-SHA-256, with and without channel binding (RFC 5802, RFC 7677, RFC 9266), as a client. Private
// to the module; tests give the nonce to follow the examples of the RFCs.
//
// Ours and not GNU SASL's since libgsasl 2.2 refuses to begin without -PLUS where it knows a binding of the channel,
// so it cannot send the flag "y" that uncovers a removed -PLUS (RFC 5802 §6), and does not know tls-server-end-point.

#include <memory>
#include <string>

#include "attempt.hpp"
#include "scram_keys.hpp"

namespace popfetch::sasl {

/// `nonce`: printable ASCII without comma, never used twice.
std::unique_ptr<Mechanism> scram(const Attempt& attempt, ScramHash hash, std::string nonce);

}
