#include "tls_failure.hpp"

#include <cstring>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <popfetch/base/printable.hpp>

#include "failure.hpp"

namespace popfetch::net {

namespace {

struct Cause {
    int reason = 0;       // SSL_R_…, 0 when the error is not the SSL library's
    std::string function; // where OpenSSL found it
    std::string words;
};

Cause take_cause()
{
    const char* function = nullptr; // the queue's own: gone when it is emptied
    const auto code = ERR_get_error_all(nullptr, nullptr, &function, nullptr, nullptr);
    const char* const reason = ERR_reason_error_string(code);
    Cause cause;
    if (code == 0)
        cause.words = "no reason given";
    else if (ERR_SYSTEM_ERROR(code))
        cause.words = words(ERR_GET_REASON(code));
    else
        cause.words = reason == nullptr ? "error " + std::to_string(code) : reason;
    if (ERR_GET_LIB(code) == ERR_LIB_SSL) cause.reason = ERR_GET_REASON(code);
    if (function != nullptr) cause.function = function;
    ERR_clear_error();
    return cause;
}

bool is_about_the_version(int reason)
{
    return reason == SSL_R_UNSUPPORTED_PROTOCOL || reason == SSL_R_TLSV1_ALERT_PROTOCOL_VERSION ||
           reason == SSL_R_WRONG_SSL_VERSION || reason == SSL_R_VERSION_TOO_LOW || reason == SSL_R_UNKNOWN_SSL_VERSION;
}

bool is_about_alpn(const Cause& cause)
{
    return cause.reason == SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL || cause.function == "tls_parse_stoc_alpn";
}

std::optional<TlsError> about_client_certificate(const std::string& peer, int reason)
{
    const bool missing = reason == SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED;
    const bool refused = reason == SSL_R_TLSV1_ALERT_UNKNOWN_CA || reason == SSL_R_SSLV3_ALERT_BAD_CERTIFICATE ||
                         reason == SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED ||
                         reason == SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED ||
                         reason == SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN;
    if (!missing && !refused) return std::nullopt;
    const std::string what =
        missing ? ": the server wants a client certificate" : ": the server refuses our certificate";
    return TlsError{"tls.client_certificate", peer + what, "see tls_client_cert"};
}

}

std::string take_reason() { return take_cause().words; }

TlsError handshake_failure(const std::string& peer, TlsVersion least)
{
    const Cause cause = take_cause();
    if (is_about_the_version(cause.reason)) {
        const std::string wanted =
            least == TlsVersion::v1_3 ? "TLS 1.3, which tls_min_version asks for" : "TLS 1.2 or later";
        return {"tls.version", peer + ": the server does not offer " + wanted + " (" + cause.words + ")"};
    }
    if (is_about_alpn(cause)) {
        return {"tls.alpn", peer + ": the server does not take this for a POP3 service (ALPN: " + cause.words + ")",
                "check host and port, or set tls_alpn = false"};
    }
    if (auto about = about_client_certificate(peer, cause.reason)) return *about;
    return {"tls.handshake", peer + ": the TLS handshake has failed: " + cause.words};
}

TlsError session_failure(const std::string& peer)
{
    const Cause cause = take_cause();
    if (auto about = about_client_certificate(peer, cause.reason)) return *about;
    return {"tls.failed", peer + ": TLS has failed: " + cause.words};
}

std::optional<TlsError> clear_text_peer(const std::string& peer, const std::string& first_bytes)
{
    // RFC 8446 §5.1: a record begins with its type, 20 to 24, and 3 for the version's first half.
    const bool is_tls = !first_bytes.empty() && first_bytes[0] >= 20 && first_bytes[0] <= 24;
    if (first_bytes.empty() || is_tls) return std::nullopt;
    if (first_bytes.starts_with("+OK") || first_bytes.starts_with("-ERR")) {
        return TlsError{"tls.handshake", peer + ": this port speaks POP3 in clear",
                        "set tls = \"starttls\" (port 110 is usual)"};
    }
    return TlsError{"tls.handshake",
                    peer + ": this port does not speak TLS; it says \"" + base::printable(first_bytes) + "\"",
                    "check host, port and tls"};
}

ConnectionError cut_off(const std::string& peer, bool in_handshake)
{
    return temporary("net.eof", peer,
                     in_handshake ? "the server has closed the connection in the TLS handshake"
                                  : "the connection was cut without the end of TLS");
}

}
