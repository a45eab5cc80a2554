#pragma once
// A TLS server in a thread of the test: takes one caller on a loopback port, shakes hands as it was told to, and then
// talks as the test says. Its own troubles (a client that hangs up on a bad certificate) are not the test's.
//
//     test::TlsServer server{{.identity = identity, .talk = [](test::TlsPeer& peer) { peer.say("+OK hello\r\n"); }}};
//     … dial 127.0.0.1 at server.port() …

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <openssl/ssl.h>

#include "support/certificates.hpp"
#include "support/loopback.hpp"

namespace popfetch::test {

/// The server's end of one session.
class TlsPeer {
public:
    TlsPeer(SSL* ssl, const base::Fd& socket) : ssl_{ssl}, socket_{socket} {}

    SSL* ssl() const { return ssl_; }
    const base::Fd& socket() const { return socket_; }
    void say(std::string_view bytes) const; // one SSL_write
    std::string hear(std::string_view ending = "\r\n") const;
    void close_notify() const { SSL_shutdown(ssl_); }

private:
    SSL* ssl_;
    const base::Fd& socket_;
};

class TlsServer {
public:
    struct Setup {
        Identity identity{};
        std::vector<Identity> chain{};                 // sent after the server's own certificate
        std::function<void(const base::Fd&)> before{}; // in clear, before the handshake
        std::function<void(SSL_CTX*)> configure{};
        std::function<void(TlsPeer&)> talk{}; // after a handshake that succeeded
    };

    explicit TlsServer(Setup setup);
    TlsServer(const TlsServer&) = delete;
    TlsServer& operator=(const TlsServer&) = delete;
    /// Waits until the session is over.
    ~TlsServer() { finish(); }

    std::uint16_t port() const { return listener_.port(); }
    std::string host() const { return listener_.host(); }

    /// What the handshake showed; call after the client is done.
    struct Outcome {
        bool shook_hands = false;
        std::string server_name;    // SNI, empty: none
        std::string client_subject; // of the client's certificate
        std::string alert;          // the last one received: "unknown CA"
        std::string failure;        // OpenSSL's reason
    };
    const Outcome& finish();

private:
    void serve();

    Setup setup_;
    Listener listener_;
    Outcome outcome_;
    std::thread thread_;
};

}
