#pragma once
// USER and PASS (RFC 1939 §7) on the wire. Private to this module.

#include <string>

#include <popfetch/base/secret.hpp>
#include <popfetch/pop3/reply.hpp>

namespace popfetch::pop3 {

class Wire;

enum class UserPass { one_by_one, together };

/// The server's verdict. Throws Error EX_NOPERM "auth.no_mechanism", before anything is sent, for what does not fit into
/// a line (RFC 2449 §4; FAULTS A15).
Reply user_and_pass(Wire& wire, const std::string& user, const base::Secret& password, UserPass how);

}
