#include "verification.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <popfetch/base/printable.hpp>

#include "certificate.hpp"

namespace popfetch::net {

namespace {

/// "mail.example.net, example.net and 7 more"
std::string listed(const std::vector<std::string>& names)
{
    constexpr std::size_t most = 4;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), most); ++i) text += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > most) text += " and " + std::to_string(names.size() - most) + " more";
    return text;
}

}

Verification::Verification(std::string name, std::string peer, std::vector<std::string> pins, std::string ca_file)
    : name_{std::move(name)}, peer_{std::move(peer)}, pins_{std::move(pins)}, ca_file_{std::move(ca_file)}
{
}

void Verification::install(SSL_CTX* context)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(context, &Verification::check, this);
}

/// Called by OpenSSL in place of X509_verify_cert, which it calls in turn. It can only refuse more than that does.
int Verification::check(X509_STORE_CTX* context, void* self) noexcept
{
    try {
        return static_cast<Verification*>(self)->check(context) ? 1 : 0;
    } catch (const std::exception&) {
        X509_STORE_CTX_set_error(context, X509_V_ERR_OUT_OF_MEM);
        return 0;
    }
}

bool Verification::check(X509_STORE_CTX* context)
{
    const auto* const sent = X509_STORE_CTX_get0_untrusted(context);
    for (int i = 0; i < sk_X509_num(sent); ++i) chain_.push_back(describe(sk_X509_value(sent, i)));
    const bool verified = X509_verify_cert(context) == 1;
    error_ = X509_STORE_CTX_get_error(context);
    if (!verified && error_ == X509_V_OK) error_ = X509_V_ERR_UNSPECIFIED;
    if (!verified || error_ != X509_V_OK) {
        if (const X509* const current = X509_STORE_CTX_get_current_cert(context)) culprit_ = describe(current);
        return false;
    }
    wrong_pin_ = !pinned();
    if (wrong_pin_) X509_STORE_CTX_set_error(context, X509_V_ERR_APPLICATION_VERIFICATION);
    return !wrong_pin_;
}

bool Verification::pinned() const
{
    return pins_.empty() || (!chain_.empty() && std::find(pins_.begin(), pins_.end(), chain_[0].pin) != pins_.end());
}

void Verification::require(const SSL* ssl) const
{
    if (const auto refusal = this->refusal()) throw *refusal;
    const X509Ptr certificate{SSL_get1_peer_certificate(ssl)};
    if (!certificate) throw TlsError{"tls.certificate", peer_ + ": the server has shown no certificate"};
    if (SSL_get_verify_result(ssl) != X509_V_OK || chain_.empty()) {
        throw TlsError{"tls.certificate", peer_ + ": the certificate was not verified"};
    }
    if (!pinned()) throw wrong_pin();
}

std::optional<TlsError> Verification::refusal() const
{
    if (wrong_pin_) return wrong_pin();
    const std::string whose = culprit_ && !chain_.empty() && culprit_->fingerprint != chain_[0].fingerprint
                                  ? "the issuer's certificate (" + culprit_->subject + ")"
                                  : "the certificate";
    const Certificate about = culprit_.value_or(chain_.empty() ? Certificate{} : chain_[0]);
    switch (error_) {
    case X509_V_OK: return std::nullopt;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return wrong_name();
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return refused("tls.certificate_expired", whose + " has expired (" + date_of(about.not_after) + ")");
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return refused("tls.certificate_not_yet_valid", whose + " is not valid before " + date_of(about.not_before),
                       "check the clock of this machine");
    case X509_V_ERR_CERT_REVOKED:
        return refused("tls.certificate_revoked", whose + " has been revoked by " + about.issuer);
    case X509_V_ERR_INVALID_PURPOSE: return refused("tls.certificate_purpose", whose + " is not one for a server");
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_UNTRUSTED: return untrusted();
    default: return refused("tls.certificate", whose + ": " + X509_verify_cert_error_string(error_));
    }
}

TlsError Verification::refused(std::string_view kind, const std::string& what, std::string_view advice) const
{
    const auto leaf = chain_.empty() ? std::string{} : " (SHA-256 " + chain_[0].fingerprint + ")";
    return {kind, peer_ + ": " + what + leaf, advice};
}

TlsError Verification::wrong_name() const
{
    const Certificate& leaf = chain_.at(0);
    if (leaf.names.empty()) { // RFC 9525: a common name is no longer a host name
        return refused("tls.certificate_name", "the certificate has no subjectAltName and so is for no host, not for " +
                                                   name_ + ", only " + leaf.subject);
    }
    return refused("tls.certificate_name", "the certificate is for " + listed(leaf.names) + ", not " + name_,
                   "if that is right, set tls_server_name");
}

TlsError Verification::wrong_pin() const
{
    const auto pin = chain_.empty() ? std::string{} : chain_[0].pin;
    return refused("tls.pin", "the certificate is valid, but its key is " + pin + ", which is not in tls_pin",
                   "find out why the server's key has changed before you replace the pin");
}

TlsError Verification::untrusted() const
{
    const auto file = base::printable(ca_file_);
    if (error_ == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT) {
        const auto what = "the certificate is self-signed (" + chain_.at(0).subject + ")";
        if (file.empty())
            return refused("tls.certificate_untrusted", what,
                           "if it is meant to be, set tls_ca_file to a copy of it that you got safely");
        return refused("tls.certificate_untrusted", what + " and is not in the tls_ca_file, " + file,
                       "if it is meant to be, put a copy of it that you got safely into that file");
    }
    const auto issuer = chain_.empty() ? std::string{} : chain_.back().issuer;
    if (file.empty())
        return refused("tls.certificate_untrusted",
                       "the certificate comes from an authority that is not trusted here: " + issuer,
                       "if you trust it, set tls_ca_file");
    return refused("tls.certificate_untrusted",
                   "the certificate is not signed by what is in the tls_ca_file, " + file + ", but by " + issuer,
                   "if you trust that authority, put its certificate into the file; without tls_ca_file the system's "
                   "authorities are asked");
}

}
