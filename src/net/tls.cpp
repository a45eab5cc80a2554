#include <popfetch/net/tls.hpp>

#include <utility>

#include <openssl/err.h>

#include <popfetch/net/dial.hpp>

#include "certificate.hpp"
#include "failure.hpp"
#include "tls_context.hpp"
#include "tls_failure.hpp"
#include "tls_stream.hpp"

namespace popfetch::net {

namespace {

int on_certificate_request(SSL*, void* session)
{
    static_cast<TlsSession*>(session)->info.client_certificate_asked = true;
    return 1; // go on, with the certificate that is configured or with none
}

void on_message(int received_not_sent, int, int type, const void*, size_t, SSL*, void* session)
{
    if (received_not_sent == 0 && type == SSL3_RT_HANDSHAKE) ++static_cast<TlsSession*>(session)->messages_without_data;
}

std::unique_ptr<TlsSession> make_session(std::unique_ptr<Stream> clear, const TlsOptions& options)
{
    const auto name = ascii_host(options.server_name);
    auto session = std::make_unique<TlsSession>();
    session->verification = std::make_unique<Verification>(name, clear->peer(), options.pins, options.ca_file);
    session->transport = std::make_unique<Transport>();
    session->transport->stream = std::move(clear);
    session->context = make_context(options);
    session->verification->install(session->context.get());
    SSL_CTX_set_cert_cb(session->context.get(), on_certificate_request, session.get());
    SSL_CTX_set_msg_callback(session->context.get(), on_message);
    SSL_CTX_set_msg_callback_arg(session->context.get(), session.get());
    session->ssl = make_ssl(session->context.get(), name);
    BIO* const bio = bio_over(*session->transport).release();
    SSL_set_bio(session->ssl.get(), bio, bio);
    return session;
}

std::string chosen_alpn(const SSL* ssl)
{
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl, &name, &size);
    return {reinterpret_cast<const char*>(name), size};
}

std::string finished_message(const SSL* ssl)
{
    char bytes[EVP_MAX_MD_SIZE];
    return {bytes, SSL_get_finished(ssl, bytes, sizeof bytes)};
}

/// TLS 1.3: tls-exporter (RFC 9266). TLS 1.2: tls-unique, and only with an extended master secret, since without it a
/// man in the middle can make two sessions agree on it (RFC 7627 §1).
void bind_channel(SSL* ssl, TlsInfo& info)
{
    const X509Ptr certificate{SSL_get1_peer_certificate(ssl)};
    if (certificate) info.tls_server_end_point = end_point_binding(certificate.get());
    if (SSL_version(ssl) >= TLS1_3_VERSION) {
        constexpr std::string_view label = "EXPORTER-Channel-Binding";
        unsigned char secret[32];
        const int done =
            SSL_export_keying_material(ssl, secret, sizeof secret, label.data(), label.size(), nullptr, 0, 1);
        if (done == 1) info.tls_exporter.assign(reinterpret_cast<const char*>(secret), sizeof secret);
    } else if (SSL_get_extms_support(ssl) == 1) {
        info.tls_unique = finished_message(ssl); // the client's comes first: no session is resumed
    }
}

void describe_session(TlsSession& session)
{
    SSL* const ssl = session.ssl.get();
    session.info.chain = session.verification->chain();
    session.info.version = SSL_get_version(ssl);
    session.info.alpn = chosen_alpn(ssl);
    if (const SSL_CIPHER* const cipher = SSL_get_current_cipher(ssl)) session.info.cipher = SSL_CIPHER_get_name(cipher);
}

void shake_hands(TlsSession& session, const TlsOptions& options)
{
    Transport& transport = *session.transport;
    const std::string& peer = transport.stream->peer();
    const auto start = Deadline::Clock::now();
    for (;;) {
        ERR_clear_error();
        const int result = SSL_connect(session.ssl.get());
        if (result == 1) return;
        const int why = SSL_get_error(session.ssl.get(), result);
        if (why == SSL_ERROR_WANT_READ && !transport.failure) continue; // SSL_MODE_AUTO_RETRY is off
        if (const auto refusal = session.verification->refusal()) throw *refusal;
        if (const auto clear = clear_text_peer(peer, transport.first_bytes)) throw *clear;
        try {
            transport.rethrow();
        } catch (const ConnectionError& error) {
            if (error.kind() != "net.timeout") throw;
            throw timed_out(peer, "no answer in the TLS handshake", start);
        }
        if (transport.ended) throw cut_off(peer, true);
        throw handshake_failure(peer, options.min_version);
    }
}

/// A server that chose another protocol is not a POP3 server, however good its certificate is (ALPACA, FAULTS T13).
void check_alpn(const TlsSession& session)
{
    const auto alpn = session.info.alpn;
    if (alpn.empty() || alpn == "pop3") return;
    throw TlsError{"tls.alpn", session.transport->stream->peer() + ": the server has chosen another protocol than POP3",
                   "check host and port"};
}

}

std::unique_ptr<Stream> start_tls(std::unique_ptr<Stream> clear, const TlsOptions& options, Deadline deadline,
                                  TlsInfo* seen)
{
    auto session = make_session(std::move(clear), options);
    session->transport->deadline = deadline;
    try {
        shake_hands(*session, options);
        session->verification->require(session->ssl.get());
        describe_session(*session);
        check_alpn(*session);
    } catch (...) {
        describe_session(*session);
        if (seen != nullptr) *seen = std::move(session->info);
        throw;
    }
    bind_channel(session->ssl.get(), session->info);
    session->messages_without_data = 0;
    if (seen != nullptr) *seen = session->info;
    return std::make_unique<TlsStream>(std::move(session));
}

std::unique_ptr<Stream> start_tls(std::unique_ptr<Stream> clear, const TlsOptions& options, Deadline deadline)
{
    return start_tls(std::move(clear), options, deadline, nullptr);
}

}
