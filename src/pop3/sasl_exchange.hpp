#pragma once
// AUTH on the wire (RFC 5034 §4): base64, continuation lines, cancelling. Private to this module. What the responses
// are is the mechanism's affair.

#include <popfetch/pop3/reply.hpp>
#include <popfetch/sasl/mechanism.hpp>

namespace popfetch::pop3 {

class Wire;

/// Where the initial response goes: with the command where the line stays within 255 octets, or always only after the
/// server's first, empty challenge.
enum class InitialResponse { with_command, when_asked };

/// A yes before anything was shown: some old servers write "+OK" where "+ " belongs (FAULTS A07).
enum class EarlyYes { is_nonsense, is_invitation };

/// Runs one exchange to the server's verdict. A yes has been accepted by the mechanism too; a no comes back.
///
/// Throws LoginFailed when the server refuses inside the exchange, sasl::SaslError (the place added in front) when the
/// mechanism cannot go on for another reason, ProtocolError "proto.bad_challenge"
/// for what is not base64 or never ends, "proto.bad_reply" for a yes before anything was shown that is nonsense. The
/// server was then told "*", but the line is of no more use.
Reply exchange(Wire& wire, sasl::Mechanism& mechanism, InitialResponse initial, EarlyYes early = EarlyYes::is_nonsense);

}
