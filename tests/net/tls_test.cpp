#include "support/catch.hpp"

#include <chrono>
#include <string>

#include <popfetch/base/error.hpp>
#include <popfetch/net/dial.hpp>
#include <popfetch/net/tls.hpp>

#include "support/certificates.hpp"
#include "support/errors.hpp"
#include "support/temp_folder.hpp"
#include "support/tls_server.hpp"

using namespace std::chrono_literals;
using namespace std::string_literals;
namespace net = popfetch::net;
namespace test = popfetch::test;
using net::Deadline;
using test::Failure;
using test::failure_of;
using test::Identity;
using test::TlsPeer;
using test::TlsServer;

namespace {

const std::string name = "pop.example.org";

/// One authority for all tests; its certificate in a file.
struct World {
    test::TempFolder folder;
    Identity authority = test::make_authority("Test CA");
    std::string ca_file = folder / "ca.pem";

    World() { test::put_text(ca_file, authority.certificate_pem()); }
    std::string file(const std::string& file_name, const std::string& text) const
    {
        test::put_text(folder / file_name, text);
        return folder / file_name;
    }
};

World& world()
{
    static World only;
    return only;
}

Identity identity_for(test::CertificateRequest request) { return test::issue(world().authority, request); }
Identity good() { return identity_for({.names = {name}}); }

net::TlsOptions options_for(const std::string& server_name = name)
{
    net::TlsOptions options;
    options.server_name = server_name;
    options.ca_file = world().ca_file;
    return options;
}

std::unique_ptr<net::Stream> clear_stream(const TlsServer& server)
{
    net::DialOptions options;
    options.host = server.host();
    options.port = server.port();
    return net::dial(options, Deadline::in(20s));
}

std::unique_ptr<net::Stream> connect(const TlsServer& server, const net::TlsOptions& options = options_for(),
                                     net::TlsInfo* seen = nullptr)
{
    return net::start_tls(clear_stream(server), options, Deadline::in(20s), seen);
}

std::string read_all(net::Stream& stream)
{
    std::string all;
    char bytes[4096];
    while (const auto count = stream.read_some(bytes, Deadline::in(20s))) all.append(bytes, count);
    return all;
}

/// How a handshake with a server of this identity fails.
Failure refusal_of(const Identity& identity, const net::TlsOptions& options = options_for(),
                   net::TlsInfo* seen = nullptr)
{
    TlsServer server{{.identity = identity}};
    return failure_of([&] { connect(server, options, seen); });
}

}

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

TEST_CASE("T07 a certificate for another host is refused with both names")
{
    const auto failure = refusal_of(identity_for({.names = {"mail.example.net", "example.net"}}));
    CHECK(failure.kind == "tls.certificate_name");
    CHECK(failure.status == popfetch::base::ExitStatus::protocol);
    CHECK(failure.says("the certificate is for mail.example.net, example.net, not pop.example.org"));
    CHECK(failure.says("tls_server_name"));
    CHECK(failure.says("SHA-256 "));
}

TEST_CASE("T07 an expired certificate is refused with its date")
{
    const auto failure = refusal_of(identity_for({.names = {name}, .valid_from = -48h, .valid_to = -24h}));
    CHECK(failure.kind == "tls.certificate_expired");
    CHECK(failure.says("has expired (20"));
    CHECK(failure.says("SHA-256 "));
}

TEST_CASE("T07 a certificate from the future is refused with its date")
{
    const auto failure = refusal_of(identity_for({.names = {name}, .valid_from = 24h, .valid_to = 48h}));
    CHECK(failure.kind == "tls.certificate_not_yet_valid");
    CHECK(failure.says("not valid before 20"));
}

TEST_CASE("T07 a self-signed certificate is told apart from an unknown authority")
{
    const auto self_signed = refusal_of(test::self_signed({.common_name = "me", .names = {name}}));
    CHECK(self_signed.kind == "tls.certificate_untrusted");
    CHECK(self_signed.says("self-signed (CN=me)"));

    const auto stranger = test::make_authority("Stranger CA");
    const auto unknown = refusal_of(test::issue(stranger, {.names = {name}}));
    CHECK(unknown.kind == "tls.certificate_untrusted");
    CHECK(unknown.says("CN=Stranger CA"));
    CHECK(unknown.says("SHA-256 "));
    CHECK_FALSE(unknown.says("self-signed"));
}

TEST_CASE("T07 a root that the server sends along is not trusted for that")
{
    const auto stranger = test::make_authority("Stranger CA");
    TlsServer server{{.identity = test::issue(stranger, {.names = {name}}), .chain = {stranger}}};
    const auto failure = failure_of([&] { connect(server); });
    CHECK(failure.kind == "tls.certificate_untrusted");
    CHECK(failure.says("CN=Stranger CA"));
    CHECK(server.finish().alert == "unknown CA");
}

TEST_CASE("T07 a certificate for clients is not one for a server")
{
    const auto failure = refusal_of(identity_for({.names = {name}, .extended_key_usage = "clientAuth"}));
    CHECK(failure.kind == "tls.certificate_purpose");
}

TEST_CASE("T07 a revoked certificate is refused when a list is given")
{
    const auto revoked = good();
    const auto spared = good();
    auto options = options_for();
    options.crl_file = world().file("revoked.pem", test::revocation_list(world().authority, {revoked}));
    const auto failure = refusal_of(revoked, options);
    CHECK(failure.kind == "tls.certificate_revoked");
    CHECK(failure.says("CN=Test CA"));
    CHECK(refusal_of(spared, options).kind.empty());
}

TEST_CASE("T07 the peer learns from an alert that its certificate was refused")
{
    TlsServer server{{.identity = identity_for({.names = {name}, .valid_from = -48h, .valid_to = -24h})}};
    failure_of([&] { connect(server); });
    CHECK(server.finish().alert == "certificate expired");
}

TEST_CASE("What was refused can still be looked at")
{
    net::TlsInfo seen;
    const auto failure = refusal_of(test::self_signed({.common_name = "me", .names = {name}}), options_for(), &seen);
    REQUIRE(seen.chain.size() == 1);
    CHECK(seen.chain[0].subject == "CN=me");
    CHECK(failure.says(seen.chain[0].fingerprint));
}

TEST_CASE("T08 a name with a NUL is for nobody and is shown escaped")
{
    const auto failure = refusal_of(identity_for({.names = {"pop.example.org\0.evil.example"s, "\x1b[2J.example"s}}));
    CHECK(failure.kind == "tls.certificate_name");
    CHECK(failure.text.find('\0') == std::string::npos);
    CHECK(failure.text.find('\x1b') == std::string::npos);
    CHECK(failure.says("\\x00"));
}

TEST_CASE("T09 a common name is not a host name")
{
    const auto failure = refusal_of(identity_for({.common_name = name}));
    CHECK(failure.kind == "tls.certificate_name");
    CHECK(failure.says("no subjectAltName"));
    CHECK(failure.says("CN=pop.example.org"));
}

TEST_CASE("T09 a wildcard stands for exactly one whole leftmost label")
{
    const auto matches = [](const std::string& pattern, const std::string& host) {
        return refusal_of(identity_for({.names = {pattern}}), options_for(host)).kind.empty();
    };
    CHECK(matches("*.example.org", "pop.example.org"));
    CHECK_FALSE(matches("*.example.org", "a.pop.example.org"));
    CHECK_FALSE(matches("*.example.org", "example.org"));
    CHECK_FALSE(matches("p*.example.org", "pop.example.org"));
    CHECK_FALSE(matches("pop.*.org", "pop.example.org"));
    CHECK_FALSE(matches("*.org", "example.org"));
    CHECK_FALSE(matches("*", "localhost"));
    CHECK(matches("POP.Example.ORG", "pop.example.org"));
    CHECK(matches("pop.example.org", "Pop.Example.Org."));
}

TEST_CASE("T09 an address needs an address in the certificate and is never sent as a name")
{
    TlsServer server{{.identity = identity_for({.addresses = {"127.0.0.1"}})}};
    CHECK(failure_of([&] { connect(server, options_for("127.0.0.1")); }).kind.empty());
    CHECK(server.finish().server_name.empty());
    CHECK(refusal_of(identity_for({.names = {"127.0.0.1"}}), options_for("127.0.0.1")).kind == "tls.certificate_name");
    CHECK(refusal_of(identity_for({.addresses = {"::1"}}), options_for("::1")).kind.empty());
}

TEST_CASE("T09 an internationalised name is compared in its xn-- form")
{
    if (failure_of([] { net::ascii_host("pöp.example"); }).says("libidn2")) {
        WARN("skipped: libidn2 is not installed");
        return;
    }
    TlsServer server{{.identity = identity_for({.names = {"xn--pp-fka.example"}})}};
    CHECK(failure_of([&] { connect(server, options_for("PÖP.example")); }).kind.empty());
    CHECK(server.finish().server_name == "xn--pp-fka.example");
}

TEST_CASE("A connection without a name to check is not made")
{
    CHECK(failure_of([] { connect(TlsServer{{.identity = good()}}, options_for("")); }).kind != "");
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

TEST_CASE("T11 a line cut without the end of TLS is an error and not an end")
{
    TlsServer server{{.identity = good(), .talk = [](TlsPeer& peer) { peer.say("half a mess"); }}};
    const auto stream = connect(server);
    char bytes[100];
    CHECK(stream->read_some(bytes, Deadline::in(20s)) == 11);
    const auto failure = failure_of([&] { stream->read_some(bytes, Deadline::in(20s)); });
    CHECK(failure.kind == "net.eof");
    CHECK(failure.status == popfetch::base::ExitStatus::temporary);
}

TEST_CASE("T12 a request to renegotiate is declined and the session goes on")
{
    TlsServer server{{.identity = good(),
                      .configure = [](SSL_CTX* context) { SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION); },
                      .talk =
                          [](TlsPeer& peer) {
                              peer.say("one");
                              SSL_renegotiate(peer.ssl());
                              SSL_do_handshake(peer.ssl()); // sends the request; the answer is a warning
                              peer.say("two");
                              peer.close_notify();
                          }}};
    const auto stream = connect(server);
    CHECK(stream->tls()->version == "TLSv1.2");
    CHECK(read_all(*stream) == "onetwo");
}

TEST_CASE("T12 a flood of key updates ends the session")
{
    TlsServer server{{.identity = good(), .talk = [](TlsPeer& peer) {
                          for (int i = 0; i < 10000; ++i) {
                              SSL_key_update(peer.ssl(), SSL_KEY_UPDATE_NOT_REQUESTED);
                              if (SSL_do_handshake(peer.ssl()) != 1) return;
                          }
                          peer.say("never read");
                      }}};
    const auto stream = connect(server);
    char bytes[100];
    const auto failure = failure_of([&] { stream->read_some(bytes, Deadline::in(20s)); });
    CHECK(failure.kind.starts_with("tls."));
    CHECK(failure.says("flood"));
}

TEST_CASE("T12 single key updates do not disturb the data")
{
    TlsServer server{{.identity = good(), .talk = [](TlsPeer& peer) {
                          for (int i = 0; i < 200; ++i) {
                              SSL_key_update(peer.ssl(), SSL_KEY_UPDATE_REQUESTED);
                              peer.say("x");
                          }
                          peer.close_notify();
                          test::is_closed(peer.socket());
                      }}};
    const auto stream = connect(server);
    CHECK(read_all(*stream) == std::string(200, 'x'));
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

TEST_CASE("T16 a pin is checked besides the chain and never instead of it")
{
    const auto identity = good();
    net::TlsInfo seen;
    CHECK(refusal_of(identity, options_for(), &seen).kind.empty());
    const auto pin = seen.chain.at(0).pin;

    auto options = options_for();
    options.pins = {"sha256//" + std::string(43, 'A') + "=", pin};
    CHECK(refusal_of(identity, options).kind.empty());

    const auto other = refusal_of(good(), options);
    CHECK(other.kind == "tls.pin");
    CHECK(other.says("its key is sha256//"));
    CHECK(other.says("SHA-256 "));

    const auto stranger = test::self_signed({.names = {name}});
    refusal_of(stranger, options_for(), &seen);
    options.pins = {seen.chain.at(0).pin};
    CHECK(refusal_of(stranger, options).kind == "tls.certificate_untrusted");
}

TEST_CASE("T18 a chain of a megabyte is refused")
{
    std::vector<Identity> chain;
    const auto link = test::make_authority(std::string(60, 'x'));
    for (int i = 0; i < 3000; ++i) chain.push_back(link);
    TlsServer server{{.identity = good(), .chain = chain}};
    const auto failure = failure_of([&] { connect(server); });
    CHECK(failure.kind == "tls.handshake");
    CHECK(failure.says("excessive message size"));
}

TEST_CASE("T18 two hundred certificates and a key of 16384 bits are dealt with")
{
    std::vector<Identity> chain;
    const auto link = test::make_authority("filler");
    for (int i = 0; i < 200; ++i) chain.push_back(link);
    TlsServer server{{.identity = good(), .chain = chain}};
    CHECK(failure_of([&] { connect(server); }).kind.empty());
}

TEST_CASE("Whatever stands in the file of authorities is trusted and nothing else")
{
    const auto mine = test::self_signed({.names = {name}});
    auto options = options_for();
    options.ca_file = world().file("mine.pem", mine.certificate_pem());
    CHECK(refusal_of(mine, options).kind.empty());
    CHECK(refusal_of(good(), options).kind == "tls.certificate_untrusted");
    options.ca_file.clear(); // the system's
    CHECK(refusal_of(good(), options).kind == "tls.certificate_untrusted");
}

TEST_CASE("Files that are of no use are an error of the configuration that names the key")
{
    auto options = options_for();
    options.ca_file = world().folder / "missing.pem";
    const auto missing = refusal_of(good(), options);
    CHECK(missing.status == popfetch::base::ExitStatus::config);
    CHECK(missing.says("tls_ca_file"));
    CHECK(missing.says("missing.pem"));

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

TEST_CASE("P44 data in records of one octet arrive unchanged")
{
    const std::string text = "+OK\r\n.\r\n";
    TlsServer server{{.identity = good(), .talk = [&](TlsPeer& peer) {
                          for (const char c : text) peer.say({&c, 1});
                          peer.close_notify();
                          test::is_closed(peer.socket());
                      }}};
    CHECK(read_all(*connect(server)) == text);
}

TEST_CASE("Many records come in one read where they are there already")
{
    const std::string text(100'000, 'm');
    TlsServer server{{.identity = good(), .talk = [&](TlsPeer& peer) {
                          peer.say(text);
                          peer.close_notify();
                          test::is_closed(peer.socket());
                      }}};
    const auto stream = connect(server);
    std::string all;
    std::vector<char> bytes(256 * 1024);
    int reads = 0;
    while (const auto count = stream->read_some(bytes, Deadline::in(20s))) {
        all.append(bytes.data(), count);
        ++reads;
    }
    CHECK(all == text);
}

TEST_CASE("A megabyte each way is not garbled")
{
    std::string text;
    while (text.size() < (1U << 20)) text += std::to_string(text.size()) + "\r\n";
    std::string heard;
    TlsServer server{{.identity = good(), .talk = [&](TlsPeer& peer) {
                          heard = peer.hear("END\r\n");
                          peer.say(text);
                          peer.close_notify();
                          test::is_closed(peer.socket());
                      }}};
    auto stream = connect(server);
    stream->write_all(text + "END\r\n", Deadline::in(20s));
    CHECK(read_all(*stream) == text);
    stream.reset();
    server.finish();
    CHECK(heard == text + "END\r\n");
}

TEST_CASE("T06 silence in the handshake ends with the deadline")
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

TEST_CASE("A garbled record is told from a cut line")
{
    TlsServer server{{.identity = good(), .talk = [](TlsPeer& peer) {
                          peer.say("good");
                          test::say(peer.socket(), "\x17\x03\x03\x00\x20 this is thirty-two octets of noise"s);
                          test::is_closed(peer.socket());
                      }}};
    const auto stream = connect(server);
    std::string all;
    const auto failure = failure_of([&] {
        char bytes[100];
        for (;;) all.append(bytes, stream->read_some(bytes, Deadline::in(20s)));
    });
    CHECK(all == "good");
    CHECK(failure.kind == "tls.failed");
}
