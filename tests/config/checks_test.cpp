#include "support/catch.hpp"

#include "reading.hpp"

using popfetch::tests::complaint;
using popfetch::tests::complaint_about;
using popfetch::tests::parsed;

namespace {

std::vector<std::string> warnings_of(const std::string& lines)
{
    return parsed(popfetch::tests::with_account(lines)).warnings;
}

}

TEST_CASE("Two sources of the password contradict each other")
{
    CHECK(complaint_about("password_file = \"x\"\nnetrc = true") ==
          "config.contradiction: popfetch.toml:5: \"password_file\" and \"netrc\" in account \"work\"; the password "
          "has one "
          "source");
    CHECK(complaint("[defaults]\npassword_env = \"A\"\npassword_credential = \"b\"\n") ==
          "config.contradiction: popfetch.toml:3: \"password_env\" and \"password_credential\" in [defaults]; the "
          "password "
          "has one source");
    CHECK(complaint_about("password_file = \"x\"\nnetrc = false").empty());
    CHECK(complaint_about("password_file = \"x\"\ntoken_command = [\"y\"]").empty());
}

TEST_CASE("Options of TLS contradict having none")
{
    CHECK(
        complaint_about("tls = \"none\"\ntls_ca_file = \"/ca.pem\"") ==
        "config.contradiction: popfetch.toml:5: \"tls_ca_file\" means nothing with tls = \"none\" in account \"work\"");
    CHECK(complaint_about("tls_pin = \"sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\"\ntls = \"none\"") ==
          "config.contradiction: popfetch.toml:4: \"tls_pin\" means nothing with tls = \"none\" in account \"work\"");
    const std::string defaults = "[defaults]\ntls_ca_file = \"/ca.pem\"\n";
    CHECK(complaint(defaults + popfetch::tests::with_account("tls = \"none\"")).empty());
    CHECK(complaint("[defaults]\ntls = \"none\"\n" + popfetch::tests::with_account("tls_alpn = true")) ==
          "config.contradiction: popfetch.toml:6: \"tls_alpn\" means nothing with tls = \"none\" in account \"work\"");
}

TEST_CASE("A key of a client certificate needs the certificate")
{
    CHECK(complaint_about("tls_client_key = \"/k.pem\"") == "config.contradiction: popfetch.toml:4: \"tls_client_key\" "
                                                            "without \"tls_client_cert\" in account \"work\"");
}

TEST_CASE("What an account cannot do without is told with the line of its header")
{
    CHECK(complaint("\n[account.work]\nuser = \"u\"\n") ==
          "config.missing: popfetch.toml:2: account \"work\" has no \"host\"");
    CHECK(complaint("\n[account.work]\nhost = \"h\"\n") ==
          "config.missing: popfetch.toml:2: account \"work\" has no \"user\"");
    CHECK(complaint("[account.work]\nhost = \"h\"\nauth = \"EXTERNAL\"\ntls_client_cert = \"/c\"\n").empty());
    CHECK(complaint_about("auth = \"XOAUTH2\"") ==
          "config.missing: popfetch.toml:1: account \"work\" has no \"token_command\", which XOAUTH2 needs");
    CHECK(complaint_about("auth = [\"XOAUTH2\", \"PLAIN\"]").empty());
    CHECK(complaint("[account.work]\nhost = \"/run/pop.sock\"\nuser = \"u\"\n") ==
          "config.missing: popfetch.toml:1: account \"work\" has no \"tls_server_name\", and the path of a socket is "
          "no name "
          "to check a certificate for");
    CHECK(complaint("[account.work]\nhost = \"/run/pop.sock\"\nuser = \"u\"\ntls = \"none\"\n").empty());
    CHECK(complaint("[account.work]\nhost = \"/run/pop.sock\"\nuser = \"u\"\ntls_server_name = \"h\"\n").empty());
}

TEST_CASE("C06 a port that does not go with the kind of TLS is warned of")
{
    CHECK(warnings_of("tls = \"starttls\"\nport = 995") ==
          std::vector<std::string>{
              "popfetch.toml:5: account \"work\": port 995 with tls = \"starttls\" is unusual; it goes "
              "with tls = \"implicit\""});
    CHECK(warnings_of("port = 110") ==
          std::vector<std::string>{
              "popfetch.toml:4: account \"work\": port 110 with tls = \"implicit\" is unusual; it goes "
              "with tls = \"starttls\""});
    CHECK(warnings_of("tls = \"none\"\nport = 995").size() == 1);
    CHECK(warnings_of("tls = \"none\"\nport = 110").empty());
    CHECK(warnings_of("port = 1995").empty());
    CHECK(warnings_of("tls = \"starttls\"").empty());
}

TEST_CASE("C06 the line of a warning is that of the defaults where the port stands there")
{
    const auto warnings =
        parsed("[defaults]\nport = 995\n" + popfetch::tests::with_account("tls = \"starttls\"")).warnings;
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].find("popfetch.toml:2: account \"work\": ") == 0);
}
