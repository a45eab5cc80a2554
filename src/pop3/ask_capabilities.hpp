#pragma once
// CAPA (RFC 2449 §5) on the wire. Private to this module.

#include <popfetch/pop3/capabilities.hpp>

namespace popfetch::pop3 {

class Wire;

/// Sends CAPA and reads what comes; a server that says -ERR has announced nothing.
Capabilities ask_capabilities(Wire& wire);

/// Reads the reply to a CAPA that is already on its way.
Capabilities take_capabilities(Wire& wire);

}
