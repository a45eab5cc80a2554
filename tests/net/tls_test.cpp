#include "support/catch.hpp"

#include <chrono>
#include <csignal>
#include <string>
#include <vector>

#include "support/memory_stream.hpp"
#include "support/tls_world.hpp"

using namespace std::chrono_literals;
namespace net = popfetch::net;
namespace test = popfetch::test;
using net::Deadline;
using test::connect;
using test::failure_of;
using test::good;
using test::identity_for;
using test::name;
using test::options_for;
using test::read_all;
using test::refusal_of;
using test::TlsPeer;
using test::TlsServer;
using test::world;

TEST_CASE("A server with the right certificate is accepted and described")
{
    std::string heard;
    TlsServer server{{.identity = good(), .chain = {world().authority}, .talk = [&](TlsPeer& peer) {
                          peer.say("+OK hello\r\n");
                          heard = peer.hear();
                          peer.say("+OK bye\r\n");
                          peer.close_notify();
                      }}};
    const auto stream = connect(server);
    char bytes[100];
    CHECK(std::string(bytes, stream->read_some(bytes, Deadline::in(20s))) == "+OK hello\r\n");
    stream->write_all("QUIT\r\n", Deadline::in(20s));
    CHECK(read_all(*stream) == "+OK bye\r\n");

    REQUIRE(stream->tls() != nullptr);
    const auto& info = *stream->tls();
    CHECK(info.version == "TLSv1.3");
    CHECK(info.cipher.starts_with("TLS_"));
    CHECK(info.alpn.empty());
    REQUIRE(info.chain.size() == 2);
    CHECK(info.chain[0].subject == "CN=server");
    CHECK(info.chain[0].issuer == "CN=Test CA");
    CHECK(info.chain[0].names == std::vector<std::string>{name});
    CHECK(info.chain[0].not_before < info.chain[0].not_after);
    CHECK(info.chain[0].pin.starts_with("sha256//"));
    CHECK(info.chain[0].pin.size() == 8 + 44);
    CHECK(info.chain[0].fingerprint.size() == 64);
    CHECK(info.chain[1].subject == "CN=Test CA");
    CHECK_FALSE(info.client_certificate_asked);
    CHECK(stream->local());
    CHECK(server.finish().server_name == name);
    CHECK(heard == "QUIT\r\n");
}

TEST_CASE("T10 a server that offers only TLS 1 is refused in plain words")
{
    TlsServer server{{.identity = good(), .configure = [](SSL_CTX* context) {
                          SSL_CTX_set_security_level(context, 0);
                          SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
                          SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
                      }}};
    const auto failure = failure_of([&] { connect(server); });
    CHECK(failure.kind == "tls.version");
    CHECK(failure.says("TLS 1.2 or later"));
}

TEST_CASE("T10 a server below the configured version is refused")
{
    auto options = options_for();
    options.min_version = net::TlsVersion::v1_3;
    TlsServer server{{.identity = good(),
                      .configure = [](SSL_CTX* context) { SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION); }}};
    const auto failure = failure_of([&] { connect(server, options); });
    CHECK(failure.kind == "tls.version");
    CHECK(failure.says("tls_min_version"));
}

TEST_CASE("T10 a server with nothing but weak ciphers is refused")
{
    TlsServer server{{.identity = good(), .configure = [](SSL_CTX* context) {
                          SSL_CTX_set_security_level(context, 0);
                          SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
                          SSL_CTX_set_cipher_list(context, "eNULL");
                      }}};
    CHECK(failure_of([&] { connect(server); }).kind == "tls.handshake");
}

TEST_CASE("T10 a certificate with a short key is refused")
{
    TlsServer server{{.identity = identity_for({.names = {name}, .rsa_bits = 1024}),
                      .configure = [](SSL_CTX* context) { SSL_CTX_set_security_level(context, 0); }}};
    const auto failure = failure_of([&] { connect(server); });
    CHECK(failure.kind.starts_with("tls."));
    CHECK(failure.says("key too weak"));
}

TEST_CASE("T13 a server may agree to pop3 or ignore ALPN but not choose another protocol")
{
    const auto choose = [](const std::string& protocol) {
        static std::string chosen;
        chosen = protocol;
        return [](SSL_CTX* context) {
            const auto callback = [](SSL*, const unsigned char** out, unsigned char* size, const unsigned char*,
                                     unsigned, void*) {
                *out = reinterpret_cast<const unsigned char*>(chosen.data());
                *size = static_cast<unsigned char>(chosen.size());
                return chosen.empty() ? SSL_TLSEXT_ERR_ALERT_FATAL : SSL_TLSEXT_ERR_OK;
            };
            SSL_CTX_set_alpn_select_cb(context, callback, nullptr);
        };
    };
    TlsServer agrees{{.identity = good(), .configure = choose("pop3")}};
    CHECK(connect(agrees)->tls()->alpn == "pop3");
    agrees.finish();

    TlsServer other{{.identity = good(), .configure = choose("http/1.1")}};
    CHECK(failure_of([&] { connect(other); }).kind == "tls.alpn");
    other.finish();

    TlsServer refuses{{.identity = good(), .configure = choose("")}};
    CHECK(failure_of([&] { connect(refuses); }).kind == "tls.alpn");
    refuses.finish();

    TlsServer strict{{.identity = good(), .configure = choose("")}};
    auto options = options_for();
    options.alpn = false;
    CHECK(failure_of([&] { connect(strict, options); }).kind.empty());
}

TEST_CASE("T14 plain POP3 on the TLS port is said to be that")
{
    TlsServer server{{.before = [](const popfetch::base::Fd& socket) {
        test::say(socket, "+OK Dovecot ready.\r\n");
        test::is_closed(socket);
    }}};
    const auto failure = failure_of([&] { connect(server); });
    CHECK(failure.kind == "tls.handshake");
    CHECK(failure.says("this port speaks POP3 in clear; set tls = \"starttls\""));
}

TEST_CASE("T14 another protocol on the TLS port is shown escaped")
{
    TlsServer server{{.before = [](const popfetch::base::Fd& socket) {
        test::say(socket, "SSH-2.0-\x1b[2J\r\n");
        test::is_closed(socket);
    }}};
    const auto failure = failure_of([&] { connect(server); });
    CHECK(failure.kind == "tls.handshake");
    CHECK(failure.says("does not speak TLS; it says \"SSH-2.0-\\x1b"));
}

TEST_CASE("T15 a client certificate is shown only when it is configured and asked for")
{
    const auto ask = [](SSL_CTX* context) {
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
    };
    TlsServer asked_in_vain{{.identity = good(), .configure = ask}};
    CHECK(connect(asked_in_vain)->tls()->client_certificate_asked);
    CHECK(asked_in_vain.finish().client_subject.empty());

    const auto client = identity_for({.common_name = "alice", .extended_key_usage = "clientAuth"});
    auto options = options_for();
    options.client_certificate = world().file("alice.pem", client.certificate_pem());
    options.client_key = world().file("alice.key", client.key_pem());
    TlsServer asked{{.identity = good(), .configure = ask}};
    CHECK(connect(asked, options)->tls()->client_certificate_asked);
    CHECK(asked.finish().client_subject == "/CN=alice");

    TlsServer incurious{{.identity = good()}};
    CHECK_FALSE(connect(incurious, options)->tls()->client_certificate_asked);
    CHECK(incurious.finish().client_subject.empty());
}

TEST_CASE("T15 a client certificate is not shown to a server that fails a check")
{
    const auto ask = [](SSL_CTX* context) {
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
    };
    const auto client = identity_for({.common_name = "alice", .extended_key_usage = "clientAuth"});
    auto options = options_for();
    options.client_certificate = world().file("both.pem", client.certificate_pem() + client.key_pem());
    options.pins = {"sha256//" + std::string(43, 'A') + "="};
    TlsServer server{{.identity = good(), .configure = ask}};
    CHECK(failure_of([&] { connect(server, options); }).kind == "tls.pin");
    CHECK(server.finish().client_subject.empty());
}

TEST_CASE("T15 a server that insists on a client certificate is understood")
{
    const auto insist = [](SSL_CTX* context) {
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    };
    TlsServer server{{.identity = good(), .configure = insist}};
    const auto failure = failure_of([&] {
        char bytes[10];
        connect(server)->read_some(bytes, Deadline::in(20s));
    });
    CHECK(failure.kind == "tls.client_certificate");
    CHECK(failure.says("tls_client_cert"));
}

TEST_CASE("Files that are of no use are an error of the configuration that names the key")
{
    auto options = options_for();
    options.ca_file = world().folder / "missing.pem";
    const auto missing = refusal_of(good(), options);
    CHECK(missing.status == popfetch::base::ExitStatus::config);
    CHECK(missing.says("tls_ca_file"));
    CHECK(missing.says("missing.pem: cannot be read (No such file or directory)"));

    options.ca_file = world().file("empty.pem", "no certificate\n");
    CHECK(refusal_of(good(), options).says("empty.pem: no certificates in it"));

    options = options_for();
    options.client_certificate = world().ca_file;
    options.client_key = world().file("other.key", good().key_pem());
    CHECK(refusal_of(good(), options).says("tls_client_key"));
}

TEST_CASE("Both ends compute the same channel binding")
{
    std::string exporter(32, '\0');
    TlsServer modern{{.identity = good(), .talk = [&](TlsPeer& peer) {
                          SSL_export_keying_material(peer.ssl(), reinterpret_cast<unsigned char*>(exporter.data()), 32,
                                                     "EXPORTER-Channel-Binding", 24, nullptr, 0, 1);
                      }}};
    const auto stream = connect(modern);
    modern.finish();
    CHECK(stream->tls()->tls_exporter == exporter);
    CHECK(stream->tls()->tls_unique.empty());
    CHECK(stream->tls()->tls_server_end_point.size() == 32);

    std::string unique(64, '\0');
    TlsServer older{
        {.identity = good(),
         .configure = [](SSL_CTX* context) { SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION); },
         .talk =
             [&](TlsPeer& peer) { unique.resize(SSL_get_peer_finished(peer.ssl(), unique.data(), unique.size())); }}};
    const auto old_stream = connect(older);
    older.finish();
    CHECK(old_stream->tls()->tls_unique == unique);
    CHECK(old_stream->tls()->tls_unique.size() == 12);
    CHECK(old_stream->tls()->tls_exporter.empty());
}

TEST_CASE("Without an extended master secret there is no tls-unique")
{
    TlsServer server{{.identity = good(), .configure = [](SSL_CTX* context) {
                          SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
                          SSL_CTX_set_options(context, SSL_OP_NO_EXTENDED_MASTER_SECRET);
                      }}};
    const auto stream = connect(server);
    CHECK(stream->tls()->tls_unique.empty());
    CHECK_FALSE(stream->tls()->tls_server_end_point.empty());
}

TEST_CASE("T05 T06 silence in the handshake ends with the deadline")
{
    TlsServer server{{.before = [](const popfetch::base::Fd& socket) { test::is_closed(socket); }}};
    const auto failure = failure_of([&] { net::start_tls(clear_stream(server), options_for(), Deadline::in(30ms)); });
    CHECK(failure.kind == "net.timeout");
    CHECK(failure.says("TLS handshake"));
    CHECK(failure.status == popfetch::base::ExitStatus::temporary);
}

TEST_CASE("T06 a handshake that drips ends with the deadline")
{
    TlsServer server{{.before = [](const popfetch::base::Fd& socket) {
        test::say(socket, "\x16\x03\x03\x40"); // a record that will never be whole
        test::is_closed(socket);
    }}};
    CHECK(failure_of([&] { net::start_tls(clear_stream(server), options_for(), Deadline::in(30ms)); }).kind ==
          "net.timeout");
}

TEST_CASE("A server that hangs up in the handshake is a temporary trouble")
{
    TlsServer server{{.before = [](const popfetch::base::Fd& socket) {
        test::hear_octets(socket, 5);
        shutdown(socket.get(), SHUT_WR);
        test::is_closed(socket);
    }}};
    const auto failure = failure_of([&] { connect(server); });
    CHECK(failure.kind == "net.eof");
    CHECK(failure.status == popfetch::base::ExitStatus::temporary);
}

TEST_CASE("An interruption inside the handshake comes out as itself")
{
    auto line = test::memory_stream({"never read"});
    line.wire->before_read = [] { throw popfetch::base::Interrupted{SIGINT}; };
    const auto failure = failure_of([&] { net::start_tls(std::move(line.stream), options_for(), Deadline::in(20s)); });
    CHECK(failure.status == popfetch::base::ExitStatus::interrupted);
    CHECK(line.wire->stream_destroyed);
    CHECK(line.wire->sent.starts_with("\x16\x03")); // a ClientHello went out before
}

TEST_CASE("A reset inside the handshake comes out as itself")
{
    auto line = test::memory_stream({"\x16\x03\x03"}, test::Wire::End::reset);
    CHECK(failure_of([&] { net::start_tls(std::move(line.stream), options_for(), Deadline::in(20s)); }).kind ==
          "net.reset");
}
