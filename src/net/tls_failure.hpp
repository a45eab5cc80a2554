#pragma once
// OpenSSL's error queue, and what a peer sent instead of TLS, in plain words.

#include <optional>
#include <string>

#include <popfetch/net/tls.hpp>

#include "stream_bio.hpp"

namespace popfetch::net {

/// The oldest reason in OpenSSL's queue, which is emptied: "no such file or directory". "no reason given" when empty.
std::string take_reason();

/// What the queue's oldest error means for a handshake, and empties it.
TlsError handshake_failure(const std::string& peer, TlsVersion least);

/// The same after the handshake.
TlsError session_failure(const std::string& peer);

/// A peer whose first bytes are not TLS's: nothing when they are.
std::optional<TlsError> clear_text_peer(const std::string& peer, const std::string& first_bytes);

/// The stream ended where TLS had not: a cut, by whomever (FAULTS T11).
ConnectionError cut_off(const std::string& peer, bool in_handshake);

}
