#include "support/catch.hpp"

#include <chrono>
#include <string>
#include <vector>

#include "support/tls_world.hpp"

using namespace std::chrono_literals;
using namespace std::string_literals;
namespace net = popfetch::net;
namespace test = popfetch::test;
using net::Deadline;
using test::connect;
using test::failure_of;
using test::good;
using test::read_all;
using test::TlsPeer;
using test::TlsServer;

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

TEST_CASE("T12 a request to renegotiate is declined and does not disturb the data")
{
    TlsServer server{{.identity = good(),
                      .configure = [](SSL_CTX* context) { SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION); },
                      .talk =
                          [](TlsPeer& peer) {
                              peer.say("one");
                              SSL_renegotiate(peer.ssl());
                              SSL_do_handshake(peer.ssl()); // sends the request
                              peer.say("two");
                              peer.close_notify();
                              peer.hear(); // OpenSSL's server takes a no for the end
                          }}};
    auto stream = connect(server);
    CHECK(stream->tls()->version == "TLSv1.2");
    CHECK(read_all(*stream) == "onetwo");
    stream.reset();
    CHECK(server.finish().alert == "no renegotiation");
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
