#include "support/tls_server.hpp"

#include <csignal>
#include <exception>
#include <memory>

#include <openssl/err.h>

namespace popfetch::test {

namespace {

using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using Session = std::unique_ptr<SSL, decltype(&SSL_free)>;

Context make_context(const TlsServer::Setup& setup)
{
    Context context{SSL_CTX_new(TLS_server_method()), &SSL_CTX_free};
    if (setup.configure) setup.configure(context.get());
    SSL_CTX_use_certificate(context.get(), setup.identity.certificate.get());
    SSL_CTX_use_PrivateKey(context.get(), setup.identity.key.get());
    for (const auto& link : setup.chain) SSL_CTX_add1_chain_cert(context.get(), link.certificate.get());
    return context;
}

void note_alert(const SSL* ssl, int where, int value)
{
    auto* const outcome = static_cast<TlsServer::Outcome*>(SSL_get_app_data(ssl));
    if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT) outcome->alert = SSL_alert_desc_string_long(value);
}

/// A client may hang up while OpenSSL writes; only this thread must not mind.
void block_sigpipe()
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

std::string reason()
{
    const char* const text = ERR_reason_error_string(ERR_peek_last_error());
    return text == nullptr ? "" : text;
}

std::string subject_of(const SSL* ssl)
{
    const std::unique_ptr<X509, decltype(&X509_free)> certificate{SSL_get1_peer_certificate(ssl), &X509_free};
    if (!certificate) return {};
    char text[256] = "";
    X509_NAME_oneline(X509_get_subject_name(certificate.get()), text, sizeof text);
    return text;
}

}

void TlsPeer::say(std::string_view bytes) const { SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())); }

std::string TlsPeer::hear(std::string_view ending) const
{
    std::string heard;
    char byte = 0;
    while (!heard.ends_with(ending) && SSL_read(ssl_, &byte, 1) == 1) heard.push_back(byte);
    return heard;
}

TlsServer::TlsServer(Setup setup) : setup_{std::move(setup)}, thread_{[this] { serve(); }} {}

const TlsServer::Outcome& TlsServer::finish()
{
    if (thread_.joinable()) thread_.join();
    return outcome_;
}

void TlsServer::serve()
try {
    block_sigpipe();
    const base::Fd socket = listener_.accept();
    if (setup_.before) setup_.before(socket);
    const Context context = make_context(setup_);
    const Session ssl{SSL_new(context.get()), &SSL_free};
    SSL_set_app_data(ssl.get(), &outcome_);
    SSL_set_info_callback(ssl.get(), note_alert);
    SSL_set_fd(ssl.get(), socket.get());
    outcome_.shook_hands = SSL_accept(ssl.get()) == 1;
    if (!outcome_.shook_hands) outcome_.failure = reason();
    if (const char* const name = SSL_get_servername(ssl.get(), TLSEXT_NAMETYPE_host_name)) outcome_.server_name = name;
    outcome_.client_subject = subject_of(ssl.get());
    TlsPeer peer{ssl.get(), socket};
    if (outcome_.shook_hands && setup_.talk) setup_.talk(peer);
    if (!outcome_.shook_hands || !setup_.talk) is_closed(socket); // lets the client end first: no RST eats our alert
    ERR_clear_error();
} catch (const std::exception& error) {
    outcome_.failure = error.what();
}

}
