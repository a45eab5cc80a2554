#pragma once
// What goes wrong between us and the server, below POP3.

#include <string_view>

#include <popfetch/base/error.hpp>

namespace popfetch::net {

/// Name unknown: EX_NOHOST, "net.unknown_host". Everything else is EX_TEMPFAIL: "net.unresolved" (no name server knows
/// now), "net.refused", "net.reset", "net.eof", "net.timeout", "net.unreachable", "net.proxy", "net.resources" (no
/// descriptors or memory here), "net.failed" (anything else, or addresses that failed in different ways).
/// `text` begins with the peer: "pop.example.org:995: …".
class ConnectionError : public base::Error {
public:
    using base::Error::Error;
};

/// TLS failed or the peer is not who it should be: EX_PROTOCOL. The kind says which check: "tls.certificate_expired",
/// "tls.certificate_not_yet_valid", "tls.certificate_name", "tls.certificate_untrusted", "tls.certificate_revoked",
/// "tls.certificate_purpose", "tls.certificate" (other faults of it), "tls.pin", "tls.alpn", "tls.version",
/// "tls.client_certificate" (the server wants one or refuses ours), "tls.handshake", "tls.failed" (after the handshake),
/// "tls.injection", "tls.unavailable".
class TlsError : public base::Error {
public:
    TlsError(std::string_view kind, std::string_view text, std::string_view advice = {})
        : base::Error{base::ExitStatus::protocol, kind, text, advice}
    {
    }
};

}
