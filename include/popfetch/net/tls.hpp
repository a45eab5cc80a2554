#pragma once
// TLS as a client (RELIABILITY §4.1, §4.2): verification and host name checks are always on; TLS 1.2 at least; no
// renegotiation, no compression, no early data, no resumption. There is no option that switches verification off.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <popfetch/base/time.hpp>
#include <popfetch/net/error.hpp>
#include <popfetch/net/stream.hpp>

namespace popfetch::net {

enum class TlsVersion { v1_2, v1_3 };

struct TlsOptions {
    std::string server_name;              // what the certificate must be for: a host name (U- or A-label) or an address
    std::string ca_file;                  // PEM; replaces the system's authorities; empty: the system's
    TlsVersion min_version = TlsVersion::v1_2;
    std::vector<std::string> pins;        // "sha256//BASE64" of the SubjectPublicKeyInfo: one must match, besides verification
    std::string client_certificate;       // PEM files; empty: none is shown, even when asked for
    std::string client_key;
    std::string crl_file;                 // PEM; empty: no revocation check
    bool alpn = true;                     // offer "pop3" (some old proxies choke on it)
};

/// One certificate of the chain, leaf first, for `info` and `check`.
struct Certificate {
    std::string subject;                  // printable, "CN=pop.example.org"
    std::string issuer;
    std::vector<std::string> names;       // subjectAltName: dNSName and iPAddress
    base::WallTime not_before, not_after;
    std::string pin;                      // the line to paste: sha256//…
    std::string fingerprint;              // SHA-256 of the certificate, hex
};

struct TlsInfo {
    std::string version;                  // "TLSv1.3"
    std::string cipher;
    std::string alpn;                     // empty: none
    std::vector<Certificate> chain;
    bool client_certificate_asked = false;
    /// Channel bindings for SCRAM-PLUS, raw bytes; empty where it would not be safe. tls-exporter: RFC 9266 (TLS 1.3);
    /// tls-unique: RFC 5929 (TLS 1.2 with extended master secret only); tls-server-end-point: RFC 5929.
    std::string tls_exporter, tls_unique, tls_server_end_point;
};

/// Performs the handshake over a clear stream and takes it over. On a failed check throws TlsError, whose text names the
/// check, the certificate's names, date or issuer and the SHA-256 of the leaf, and the peer gets an alert. A peer that answers in clear text is
/// told apart ("this port speaks POP3 in clear; set tls = "starttls""). Throws ConnectionError when the line breaks or the
/// deadline passes, base::Error (EX_CONFIG, "config.tls") when a file of the options is of no use.
std::unique_ptr<Stream> start_tls(std::unique_ptr<Stream> clear, const TlsOptions& options, Deadline deadline);

/// What the failed handshake of start_tls had learnt, for `info`: the chain that was refused. Fills *seen before throwing.
std::unique_ptr<Stream> start_tls(std::unique_ptr<Stream> clear, const TlsOptions& options, Deadline deadline, TlsInfo* seen);

}
