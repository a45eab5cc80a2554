#include "support/catch.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <popfetch/config/secret.hpp>

#include "environment.hpp"
#include "support/temp_folder.hpp"

using popfetch::test::put_text;
using popfetch::test::TempFolder;
using popfetch::tests::Variable;
namespace config = popfetch::config;
namespace base = popfetch::base;

namespace {

config::Account account_with(config::SecretSource source)
{
    config::Account account;
    account.name = "work";
    account.user = "alice";
    account.dial.host = "pop.example.org";
    account.password = std::move(source);
    return account;
}

std::string revealed(config::SecretSource source)
{
    const auto account = account_with(std::move(source));
    return std::string{config::read_secret(account.password, account).reveal()};
}

std::string complaint(config::SecretSource source)
{
    try {
        revealed(std::move(source));
    } catch (const config::Invalid& error) {
        return error.kind() + ": " + error.what();
    }
    return {};
}

base::Path put_secret(const TempFolder& folder, std::string_view text, mode_t mode = 0600)
{
    const auto path = folder / "secret";
    put_text(path, text);
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    return path;
}

int descriptor_with(std::string_view text)
{
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const base::Fd write{ends[1]};
    base::write_all(ends[1], text, "pipe");
    return ends[0];
}

}

TEST_CASE("A password comes from a text or a command")
{
    CHECK(revealed(config::FromText{base::Secret{" hunter2 "}}) == " hunter2 ");
    CHECK(revealed(config::FromCommand{{"echo", "hunter2"}}) == "hunter2");
}

TEST_CASE("A14 a text with a line break or NUL inside is refused wherever it comes from")
{
    for (const std::string_view bad : {std::string_view{"a\rb"}, {"a\nb"}, {"a\0b", 3}})
        CHECK(complaint(config::FromText{base::Secret{bad}}) ==
              "config.secret: the password has a line break or NUL inside; POP3 cannot carry that");
    const TempFolder folder;
    const std::string told = ": config.secret: ";
    CHECK(complaint(config::FromFile{put_secret(folder, std::string_view{"a\0b\n", 4})}).find("has a CR or NUL") !=
          std::string::npos);
    CHECK(complaint(config::FromFile{put_secret(folder, "a\rb\n")}).find("has a CR or NUL") != std::string::npos);
    CHECK(complaint(config::FromDescriptor{descriptor_with("a\rb\n")}).find("has a CR or NUL") != std::string::npos);
    const auto netrc = put_secret(folder, "machine pop.example.org login alice password \"a\nb\"");
    CHECK(revealed(config::FromNetrc{netrc}) == "a");
}

TEST_CASE("A password comes from the first line of a file")
{
    const TempFolder folder;
    CHECK(revealed(config::FromFile{put_secret(folder, "hunter2\n")}) == "hunter2");
    CHECK(revealed(config::FromFile{put_secret(folder, "hunter2\r\n")}) == "hunter2");
    CHECK(revealed(config::FromFile{put_secret(folder, "hunter2")}) == "hunter2");
    CHECK(revealed(config::FromFile{put_secret(folder, "p ä%'\"\nmore\n")}) == "p ä%'\"");
    const auto path = put_secret(folder, "");
    CHECK(complaint(config::FromFile{path}) == "config.secret: " + path.string() + " has nothing to read");
    put_secret(folder, "\nx");
    CHECK(complaint(config::FromFile{path}) == "config.secret: " + path.string() + " has an empty first line");
    put_secret(folder, std::string(16385, 'x'));
    CHECK(complaint(config::FromFile{path}) ==
          "config.secret: " + path.string() + " has a first line of more than 16384 octets");
}

TEST_CASE("C01 a password file or netrc that others can read is refused")
{
    const TempFolder folder;
    const auto path = put_secret(folder, "machine pop.example.org login alice password hunter2\n", 0640);
    const auto told = "config.permissions: " + path.string() +
                      ": holds a secret and is open to others (mode 0640); chmod "
                      "600 " +
                      path.string();
    CHECK(complaint(config::FromFile{path}) == told);
    CHECK(complaint(config::FromNetrc{path}) == told);
    CHECK(complaint(config::FromFile{folder / "none"}).find("config.missing: ") == 0);
}

TEST_CASE("A password comes from netrc for this host and this user")
{
    const TempFolder folder;
    const auto path = put_secret(folder, "machine pop.example.org login alice password hunter2\n");
    CHECK(revealed(config::FromNetrc{path}) == "hunter2");
    put_secret(folder, "machine pop.example.org login bob password hunter2\n");
    CHECK(complaint(config::FromNetrc{path}) ==
          "config.secret: " + path.string() + ": no password for alice at pop.example.org");
}

TEST_CASE("A password comes from the environment when it was there")
{
    CHECK(revealed(config::FromEnvironment{"X", base::Secret{"hunter2"}}) == "hunter2");
    CHECK(complaint(config::FromEnvironment{"MY_PASSWORD", {}}) ==
          "config.secret: password_env: $MY_PASSWORD is not set");
}

TEST_CASE("A password comes from a descriptor up to the first line end and no further")
{
    const base::Fd two{descriptor_with("hunter2\nsecond\n")};
    CHECK(revealed(config::FromDescriptor{two.get()}) == "hunter2");
    CHECK(revealed(config::FromDescriptor{two.get()}) == "second");
    CHECK((::fcntl(two.get(), F_GETFD) & FD_CLOEXEC) != 0);

    const base::Fd one{descriptor_with("hunter2")};
    CHECK(revealed(config::FromDescriptor{one.get()}) == "hunter2");
    CHECK(complaint(config::FromDescriptor{one.get()}) ==
          "config.secret: descriptor " + std::to_string(one.get()) + " has nothing to read");
    const base::Fd long_one{descriptor_with(std::string(20'000, 'x'))};
    CHECK(complaint(config::FromDescriptor{long_one.get()}).find("of more than 16384 octets") != std::string::npos);
    CHECK_THROWS_AS(revealed(config::FromDescriptor{987}), base::SystemError);
}

TEST_CASE("A password comes from a credential that systemd has loaded")
{
    const TempFolder folder;
    put_text(folder / "work", "hunter2\n");
    REQUIRE(::chmod((folder / "work").c_str(), 0440) ==
            0); // as systemd leaves it to a user, with an access control list
    {
        const Variable credentials{"CREDENTIALS_DIRECTORY", folder.path().string()};
        CHECK(revealed(config::FromCredential{"work"}) == "hunter2");
        CHECK(complaint(config::FromCredential{"home"}).find("config.missing: ") == 0);
    }
    const Variable none{"CREDENTIALS_DIRECTORY", std::nullopt};
    CHECK(
        complaint(config::FromCredential{"work"}) ==
        "config.secret: password_credential \"work\": $CREDENTIALS_DIRECTORY is not set; start popfetch from a systemd "
        "unit with LoadCredential=work:FILE");
}

TEST_CASE("A password is read once and a token every time")
{
    const TempFolder folder;
    const auto count = (folder / "count").string();
    const std::vector<std::string> argv{"/bin/sh", "-c", "echo x >>" + count + "; wc -l <" + count + " | tr -d ' '"};
    auto account = account_with(config::FromCommand{argv});
    account.token = config::FromCommand{argv};

    const auto password = config::password_supplier(account);
    const auto copy = password;
    CHECK_FALSE(std::filesystem::exists(count));
    CHECK(password().reveal() == "1");
    CHECK(copy().reveal() == "1");

    const auto token = config::token_supplier(account);
    CHECK(token().reveal() == "2");
    CHECK(token().reveal() == "3");

    account.token.reset();
    CHECK_FALSE(config::token_supplier(account));
}

TEST_CASE("A command for a token that fails is named as that")
{
    auto account = account_with(config::FromPrompt{});
    account.token = config::FromCommand{{"/bin/sh", "-c", "exit 3"}};
    try {
        config::token_supplier(account)();
        FAIL("no error");
    } catch (const config::Invalid& error) {
        CHECK(std::string{error.what()} == "token_command \"/bin/sh\" failed with exit status 3");
    }
}

TEST_CASE("What is read ahead needs no file and no command any more")
{
    const TempFolder folder;
    const auto file = put_secret(folder, "hunter2\n");
    auto account = account_with(config::FromFile{file});
    config::read_ahead(account);
    std::filesystem::remove(file);
    CHECK(std::holds_alternative<config::FromBefore>(account.password));
    CHECK(config::password_supplier(account)().reveal() == "hunter2");
}

TEST_CASE("What goes wrong ahead of time is said where the secret is wanted")
{
    auto account = account_with(config::FromCommand{{"/bin/sh", "-c", "exit 3"}});
    CHECK_NOTHROW(config::read_ahead(account));
    CHECK_THROWS_AS(config::password_supplier(account)(), config::Invalid);
}

TEST_CASE("Nobody is asked ahead of time")
{
    auto account = account_with(config::FromPrompt{});
    config::read_ahead(account);
    CHECK(std::holds_alternative<config::FromPrompt>(account.password));
    account.password = config::FromDescriptor{0};
    config::read_ahead(account);
    CHECK(std::holds_alternative<config::FromDescriptor>(account.password));
}
