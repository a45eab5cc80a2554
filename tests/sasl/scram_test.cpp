#include "support/catch.hpp"

#include "sasl/parties.hpp"
#include "sasl/scram.hpp"
#include "support/scram_server.hpp"

namespace popfetch {

namespace {

using Names = std::vector<std::string>;

/// A mechanism that uses the nonce of an RFC's example.
std::unique_ptr<sasl::Mechanism> example(const std::string& name, sasl::ScramHash hash, const std::string& nonce)
{
    const auto credentials = test::with_password("user", "pencil");
    return sasl::scram({*sasl::find_mechanism(name), credentials, test::encrypted, {}}, hash, nonce);
}

/// Runs the exchange; gives the server's last word.
std::string exchange(sasl::Mechanism& mechanism, test::ScramServer& server)
{
    const auto challenge = server.challenge(test::first_of(mechanism));
    const auto verdict = server.verdict(test::text_of(mechanism.respond(challenge)));
    CHECK(mechanism.respond(verdict).empty());
    mechanism.accept();
    return verdict;
}

sasl::Channel tls_1_3() { return {true, std::string(32, '\xe3'), {}, {}}; }
sasl::Channel tls_1_2() { return {true, {}, std::string("uni\0que", 7), "the hash of a certificate"}; }
sasl::Channel tls_1_2_without_extended_master_secret() { return {true, {}, {}, "the hash of a certificate"}; }

std::string gs2_header(const std::string& name, const sasl::Channel& channel, const Names& offered)
{
    const auto mechanism = sasl::begin(name, test::with_password("user", "pencil"), channel, offered);
    const auto first = test::first_of(*mechanism);
    return first.substr(0, first.find(",n="));
}

}

TEST_CASE("SCRAM-SHA-1 speaks the example of RFC 5802")
{
    const auto client = example("SCRAM-SHA-1", sasl::ScramHash::sha_1, "fyko+d2lbbFgONRv9qkxdawL");
    CHECK(test::first_of(*client) == "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL");
    CHECK(test::text_of(client->respond("r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096")) ==
          "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
    CHECK(client->respond("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=").empty());
    client->accept();
}

TEST_CASE("SCRAM-SHA-256 speaks the example of RFC 7677")
{
    const auto client = example("SCRAM-SHA-256", sasl::ScramHash::sha_256, "rOprNGfwEbeRWgbNEkqO");
    CHECK(test::first_of(*client) == "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
    CHECK(test::text_of(client->respond("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                                        "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")) ==
          "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
          "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    CHECK(client->respond("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=").empty());
    client->accept();
}

TEST_CASE("SCRAM satisfies a server that checks the proof by the other half of the RFC")
{
    for (const auto* name : {"SCRAM-SHA-1", "SCRAM-SHA-256"}) {
        test::ScramServer server;
        server.digest = std::string_view{name} == "SCRAM-SHA-1" ? EVP_sha1() : EVP_sha256();
        const auto client = test::begin(name, test::with_password("user", "pencil"));
        CHECK(client->name() == name);
        CHECK(exchange(*client, server).starts_with("v="));
    }
}

TEST_CASE("SCRAM uses a new nonce each time")
{
    const auto credentials = test::with_password("user", "pencil");
    CHECK(test::first_of(*test::begin("SCRAM-SHA-256", credentials)) !=
          test::first_of(*test::begin("SCRAM-SHA-256", credentials)));
}

TEST_CASE("SCRAM prepares and escapes the name and prepares the password")
{
    test::ScramServer server;
    server.password = "penIX";
    auto credentials = test::with_password("us=er,\u2168", "pen\u2168");
    credentials.authorization_id = "a,b";
    const auto client = test::begin("SCRAM-SHA-256", credentials);
    CHECK(exchange(*client, server).starts_with("v="));
    CHECK(server.gs2_header == "n,a=a=2Cb,");
    CHECK(server.user == "us=3Der=2CIX");
}

TEST_CASE("SCRAM-PLUS binds to what the TLS channel offers")
{
    const Names offered{"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"};
    const struct {
        std::string type;
        sasl::Channel channel;
        std::string binding;
    } cases[] = {{"tls-exporter", tls_1_3(), tls_1_3().tls_exporter},
                 {"tls-unique", tls_1_2(), tls_1_2().tls_unique},
                 {"tls-server-end-point", tls_1_2_without_extended_master_secret(), tls_1_2().tls_server_end_point}};
    for (const auto& [type, channel, binding] : cases) {
        test::ScramServer server;
        server.offers_plus = true;
        server.binding_type = type;
        server.binding = binding;
        const auto client = sasl::begin("SCRAM-SHA-256-PLUS", test::with_password("user", "pencil"), channel, offered);
        CHECK(exchange(*client, server).starts_with("v="));
        CHECK(server.gs2_header == "p=" + type + ",,");
    }
}

TEST_CASE("T17 a channel binding mismatch ends the login and names the danger")
{
    const Names offered{"SCRAM-SHA-256-PLUS"};
    test::ScramServer server;
    server.binding_type = "tls-exporter";
    server.binding = "of the connection to somebody else";
    const auto client = sasl::begin("SCRAM-SHA-256-PLUS", test::with_password("user", "pencil"), tls_1_3(), offered);
    const auto challenge = server.challenge(test::first_of(*client));
    const auto verdict = server.verdict(test::text_of(client->respond(challenge)));
    try {
        client->respond(verdict);
        FAIL("believed");
    } catch (const sasl::SaslError& error) {
        CHECK(error.status() == base::ExitStatus::no_permission);
        CHECK(std::string{error.what()}.find("channel-bindings-dont-match") != std::string::npos);
        CHECK(std::string{error.what()}.find("between") != std::string::npos);
    }
}

TEST_CASE("T17 the flag y is sent where we could bind and the server does not seem to")
{
    CHECK(gs2_header("SCRAM-SHA-256", tls_1_3(), {"PLAIN", "SCRAM-SHA-256"}) == "y,");
    CHECK(gs2_header("SCRAM-SHA-1", tls_1_2(), {"SCRAM-SHA-1"}) == "y,");

    test::ScramServer robbed; // offered -PLUS, but somebody removed it from what we saw
    robbed.offers_plus = true;
    const auto client =
        sasl::begin("SCRAM-SHA-256", test::with_password("user", "pencil"), tls_1_3(), Names{"SCRAM-SHA-256"});
    const auto challenge = robbed.challenge(test::first_of(*client));
    const auto verdict = robbed.verdict(test::text_of(client->respond(challenge)));
    CHECK(test::error_kind([&] { client->respond(verdict); }) == "auth.refused");
    CHECK(client->failure_detail() == "server-does-support-channel-binding");

    test::ScramServer honest;
    const auto again =
        sasl::begin("SCRAM-SHA-256", test::with_password("user", "pencil"), tls_1_3(), Names{"SCRAM-SHA-256"});
    CHECK(exchange(*again, honest).starts_with("v="));
}

TEST_CASE("The flag n is sent where we cannot bind or know that the server can")
{
    CHECK(gs2_header("SCRAM-SHA-256", test::encrypted, {"SCRAM-SHA-256"}) == "n,");
    CHECK(gs2_header("SCRAM-SHA-256", tls_1_3(), {"SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"}) == "n,");
    CHECK(gs2_header("SCRAM-SHA-256", tls_1_3(), {}) == "n,");
}

TEST_CASE("SCRAM-PLUS does not begin on a line without channel binding")
{
    const auto credentials = test::with_password("user", "pencil");
    CHECK(test::error_kind([&] { test::begin("SCRAM-SHA-256-PLUS", credentials); }) == "auth.no_channel_binding");
}

TEST_CASE("A09 a server that cannot prove that it knows the password is not believed")
{
    test::ScramServer impostor;
    impostor.password = "guessed";
    const auto client = test::begin("SCRAM-SHA-256", test::with_password("user", "pencil"));
    client->respond(impostor.challenge(test::first_of(*client)));
    CHECK(test::error_kind([&] { client->respond("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="); }) ==
          "auth.server_not_authenticated");
    CHECK(test::error_kind([&] { client->accept(); }) == "auth.server_not_authenticated");
}

TEST_CASE("A09 a yes without the server's proof is a failure at every step")
{
    test::ScramServer server;
    const auto client = test::begin("SCRAM-SHA-256", test::with_password("user", "pencil"));
    const auto refused = [&] { return test::error_kind([&] { client->accept(); }) == "auth.server_not_authenticated"; };
    CHECK(refused());
    const auto challenge = server.challenge(test::first_of(*client));
    CHECK(refused());
    client->respond(challenge);
    CHECK(refused());
}

TEST_CASE("A09 the server's refusal is shown and ends the exchange")
{
    test::ScramServer server;
    const auto client = test::begin("SCRAM-SHA-256", test::with_password("user", "wrong"));
    const auto challenge = server.challenge(test::first_of(*client));
    const auto verdict = server.verdict(test::text_of(client->respond(challenge)));
    CHECK(verdict == "e=invalid-proof");
    CHECK(test::error_kind([&] { client->respond(verdict); }) == "auth.refused");
    CHECK(client->failure_detail() == "invalid-proof");
    CHECK(test::error_kind([&] { client->accept(); }) == "auth.server_not_authenticated");
    CHECK(test::error_kind([&] { client->respond("v=QUJD"); }) == "auth.bad_challenge");
}

TEST_CASE("A09 after a bad challenge nothing more can be had")
{
    const auto client = test::begin("SCRAM-SHA-256", test::with_password("user", "pencil"));
    client->initial_response();
    CHECK(test::error_kind([&] { client->respond("r=other,s=QQ==,i=4096"); }) == "auth.bad_challenge");
    CHECK(test::error_kind([&] { client->respond("v="); }) == "auth.bad_challenge");
    CHECK(test::error_kind([&] { client->accept(); }) == "auth.server_not_authenticated");
}

}
