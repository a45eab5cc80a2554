#pragma once
// Is the peer who it should be? The checks that are ours are made inside OpenSSL's own verification, so that a wrong
// peer gets an alert and never a client certificate; here they are also put into words.

#include <optional>
#include <string>
#include <vector>

#include <popfetch/net/tls.hpp>

#include "openssl.hpp"

namespace popfetch::net {

/// What one handshake found out about the peer's certificates; outlives the SSL_CTX it is installed in.
class Verification {
public:
    /// `name` is the A-label or address that the certificate must be for, `peer` stands in front of messages.
    /// `ca_file`, where the authorities come from, stands in the advice only; empty: the system's.
    Verification(std::string name, std::string peer, std::vector<std::string> pins, std::string ca_file);

    void install(SSL_CTX* context);

    /// The chain as the server sent it, leaf first; also when it was refused. Empty when none came.
    const std::vector<Certificate>& chain() const { return chain_; }

    /// Why the peer was refused; nothing when no check has failed so far.
    std::optional<TlsError> refusal() const;

    /// After the handshake: throws unless a certificate was shown and every check says so. The result is looked at once
    /// more than it must be, for clients have forgotten to look at all.
    void require(const SSL* ssl) const;

private:
    static int check(X509_STORE_CTX* context, void* self) noexcept;
    bool check(X509_STORE_CTX* context);
    bool pinned() const;

    TlsError refused(std::string_view kind, const std::string& what, std::string_view advice = {}) const;
    TlsError wrong_name() const;
    TlsError wrong_pin() const;
    TlsError untrusted() const;

    std::string name_;
    std::string peer_;
    std::vector<std::string> pins_;
    std::string ca_file_;
    std::vector<Certificate> chain_;
    int error_ = X509_V_OK;
    std::optional<Certificate> culprit_; // the certificate that error_ is about
    bool wrong_pin_ = false;
};

}
