#pragma once
// What goes wrong between us and the server, below POP3.

#include <string_view>

#include <popfetch/base/error.hpp>

namespace popfetch::net {

/// Name unknown (EX_NOHOST, "net.unknown_host"); refused, reset, closed, timed out (EX_TEMPFAIL, "net.refused",
/// "net.reset", "net.eof", "net.timeout", "net.proxy"). `text` begins with the peer: "pop.example.org:995: …".
class ConnectionError : public base::Error {
public:
    using base::Error::Error;
};

/// TLS failed or the peer is not who it should be: EX_PROTOCOL. The kind says which check: "tls.certificate_expired",
/// "tls.certificate_name", "tls.certificate_untrusted", "tls.pin", "tls.injection", "tls.unavailable", "tls.handshake", …
class TlsError : public base::Error {
public:
    TlsError(std::string_view kind, std::string_view text, std::string_view advice = {})
        : base::Error{base::ExitStatus::protocol, kind, text, advice}
    {
    }
};

}
