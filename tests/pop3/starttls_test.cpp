// STLS (RFC 2595) with a real handshake.

#include <popfetch/net/dial.hpp>
#include <popfetch/pop3/connection.hpp>

#include "support/catch.hpp"
#include "support/temp_folder.hpp"
#include "support/tls_server.hpp"

namespace base = popfetch::base;
namespace net = popfetch::net;
namespace pop3 = popfetch::pop3;
namespace test = popfetch::test;

namespace {

// A server that speaks POP3 in clear until STLS, and under TLS after it.
struct Stage {
    test::TempFolder folder;
    test::Identity authority = test::make_authority("Test CA");
    std::string in_clear; // what it heard before the handshake
    net::TlsOptions options;
    test::TlsServer server;

    explicit Stage(std::function<void(test::TlsPeer&)> talk, const std::string& name = "pop.example.org")
        : server{{.identity = test::issue(authority, {.names = {name}}),
                  .before =
                      [this](const base::Fd& socket) {
                          test::say(socket, "+OK ready <1.2@clear.example.org>\r\n");
                          in_clear += test::hear(socket);
                          test::say(socket, "+OK\r\nSTLS\r\nPIPELINING\r\nX-CLEAR\r\n.\r\n");
                          in_clear += test::hear(socket);
                          test::say(socket, "+OK begin TLS\r\n");
                      },
                  .talk = std::move(talk)}}
    {
        options.server_name = "pop.example.org";
        options.ca_file = folder / "ca.pem";
        test::put_text(options.ca_file, authority.certificate_pem());
    }

    pop3::Connection connect() const
    {
        net::DialOptions dial;
        dial.host = server.host();
        dial.port = server.port();
        return pop3::Connection{net::dial(dial, net::Deadline::in(std::chrono::seconds{20})), {}};
    }
};

}

TEST_CASE("T04 T19 what was learnt in clear is forgotten after STLS and nothing follows STLS before the handshake")
{
    std::string heard;
    Stage stage{[&](test::TlsPeer& peer) {
        heard += peer.hear();
        peer.say("+OK\r\nUIDL\r\nX-TLS\r\n.\r\n");
        heard += peer.hear();
        peer.say("+OK bye\r\n");
    }};
    auto connection = stage.connect();
    CHECK(connection.apop_timestamp() == "<1.2@clear.example.org>");
    CHECK(connection.capabilities().lines == std::vector<std::string>{"STLS", "PIPELINING", "X-CLEAR"});

    connection.start_tls(stage.options);
    REQUIRE(connection.tls() != nullptr);
    CHECK(connection.apop_timestamp().empty());
    CHECK(connection.capabilities().lines == std::vector<std::string>{"UIDL", "X-TLS"});
    CHECK_FALSE(connection.capabilities().pipelining);
    std::move(connection).quit();

    CHECK(stage.server.finish().shook_hands);
    CHECK(stage.in_clear == "CAPA\r\nSTLS\r\n");
    CHECK(heard == "CAPA\r\nQUIT\r\n");
}

TEST_CASE("T07 a certificate for another name ends the session and no command follows")
{
    bool talked = false;
    Stage stage{[&](test::TlsPeer&) { talked = true; }, "other.example.org"};
    auto connection = stage.connect();
    connection.capabilities();
    net::TlsInfo seen;
    try {
        connection.start_tls(stage.options, &seen);
        FAIL("the wrong server was accepted");
    } catch (const net::TlsError& error) {
        CHECK(error.kind() == "tls.certificate_name");
    }
    CHECK_FALSE(seen.chain.empty());
    CHECK_THROWS_AS(std::move(connection).quit(), base::Error);
    stage.server.finish();
    CHECK(stage.in_clear == "CAPA\r\nSTLS\r\n");
    CHECK_FALSE(talked);
}
