#include "support/catch.hpp"

#include <chrono>
#include <string>
#include <vector>

#include "support/tls_world.hpp"

using namespace std::chrono_literals;
using namespace std::string_literals;
namespace net = popfetch::net;
namespace test = popfetch::test;
using test::connect;
using test::failure_of;
using test::good;
using test::Identity;
using test::identity_for;
using test::name;
using test::options_for;
using test::refusal_of;
using test::TlsServer;
using test::world;

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

TEST_CASE("T18 two hundred certificates are dealt with")
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
    const auto signed_by_another = refusal_of(good(), options);
    CHECK(signed_by_another.kind == "tls.certificate_untrusted");
    CHECK(signed_by_another.says("is not signed by what is in the tls_ca_file, " + options.ca_file));
    CHECK_FALSE(signed_by_another.says("set tls_ca_file"));
    options.ca_file = world().ca_file;
    const auto another = refusal_of(mine, options);
    CHECK(another.says("is self-signed"));
    CHECK(another.says("is not in the tls_ca_file, " + options.ca_file));
    CHECK_FALSE(another.says("set tls_ca_file"));
    options.ca_file.clear(); // the system's
    const auto untrusted = refusal_of(good(), options);
    CHECK(untrusted.kind == "tls.certificate_untrusted");
    CHECK(untrusted.says("set tls_ca_file"));
}
