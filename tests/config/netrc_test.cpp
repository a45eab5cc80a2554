#include "support/catch.hpp"

#include <popfetch/config/secret.hpp>

namespace config = popfetch::config;

namespace {

std::string found(std::string_view text, std::string_view host = "pop.example.org", std::string_view user = "alice")
{
    const auto password = config::find_in_netrc(text, host, user);
    return password ? std::string{password->reveal()} : "(none)";
}

}

TEST_CASE("The password of a machine and a login is found wherever the line ends are")
{
    CHECK(found("machine pop.example.org login alice password s3cret") == "s3cret");
    CHECK(found("machine\npop.example.org\n\tlogin alice\r\n password\ts3cret\n") == "s3cret");
    CHECK(found("machine POP.Example.ORG login alice password s3cret") == "s3cret");
    CHECK(found("machine pop.example.org password s3cret login alice account x") == "s3cret");
    CHECK(found("machine pop.example.org account password login alice password s3cret") == "s3cret");
}

TEST_CASE("Entries of others are passed over")
{
    const std::string_view text = "machine ftp.example.org login alice password a\n"
                                  "machine pop.example.org login bob password b\n"
                                  "machine pop.example.org login alice password c\n"
                                  "machine pop.example.org login alice password d\n"
                                  "default login anonymous password e\n";
    CHECK(found(text) == "c");
    CHECK(found(text, "pop.example.org", "bob") == "b");
    CHECK(found(text, "pop.example.org", "carol") == "(none)");
    CHECK(found(text, "elsewhere.example", "anonymous") == "e");
    CHECK(found("") == "(none)");
    CHECK(found("machine pop.example.org login alice") == "(none)");
    CHECK(found("login alice password x") == "(none)");
    CHECK(found("machine") == "(none)");
    CHECK(found("machine pop.example.org login alice password") == "(none)");
}

TEST_CASE("An entry without a login is for everybody and the default for every machine")
{
    CHECK(found("machine pop.example.org password x") == "x");
    CHECK(found("machine other password x default password y") == "y");
    CHECK(found("default password y machine pop.example.org login alice password x") == "y");
}

TEST_CASE("The word behind a keyword is no keyword though no machine has been named")
{
    CHECK(found("password\ndefault login alice password x\n", "pop.example.org", "alice") == "(none)");
}

TEST_CASE("Quoted texts hold blanks and quotes and a number sign is no comment inside a value")
{
    CHECK(found("machine pop.example.org login alice password \"a b\\\"c\\\\d\"") == "a b\"c\\d");
    CHECK(found("machine \"pop.example.org\" login \"alice\" password \"\" password #x") == "#x");
    CHECK(found("machine pop.example.org login alice password a#b") == "a#b");
    CHECK(found("machine pop.example.org login alice password machine") == "machine");
}

TEST_CASE("Comments and macros are skipped")
{
    CHECK(found("# machine pop.example.org login alice password no\n"
                "machine pop.example.org # mine\n login alice password yes\n") == "yes");
    CHECK(found("machine a login b password c\nmacdef init\nmachine pop.example.org login alice password no\n\n"
                "machine pop.example.org login alice password yes\n") == "yes");
    CHECK(found("macdef init\r\npassword no\r\n\r\nmachine pop.example.org login alice password yes\r\n") == "yes");
    CHECK(found("macdef init") == "(none)");
    CHECK(found("#") == "(none)");
}

TEST_CASE("A quote without an end is an error that shows nothing")
{
    try {
        found("machine pop.example.org login alice password \"hunter2");
        FAIL("accepted");
    } catch (const config::Invalid& error) {
        CHECK(std::string{error.what()} == "netrc: a quoted text has no end");
    }
}
