#include "support/catch.hpp"

#include <pwd.h>
#include <unistd.h>

#include <popfetch/config/configuration.hpp>

#include "environment.hpp"

using popfetch::tests::Variable;
namespace config = popfetch::config;

TEST_CASE("The usual folders follow the XDG variables")
{
    const Variable home{"HOME", "/home/alice"};
    const Variable config_home{"XDG_CONFIG_HOME", "/etc/xdg-alice"};
    const Variable state_home{"XDG_STATE_HOME", "/var/alice"};
    CHECK(config::usual_file() == "/etc/xdg-alice/popfetch/popfetch.toml");
    CHECK(config::usual_state_dir() == "/var/alice/popfetch");
}

TEST_CASE("Without the XDG variables the usual folders are below the home folder")
{
    const Variable home{"HOME", "/home/alice"};
    const auto value = GENERATE(as<std::optional<std::string>>{}, std::nullopt, "", "relative/folder");
    const Variable config_home{"XDG_CONFIG_HOME", value};
    const Variable state_home{"XDG_STATE_HOME", value};
    CHECK(config::usual_file() == "/home/alice/.config/popfetch/popfetch.toml");
    CHECK(config::usual_state_dir() == "/home/alice/.local/state/popfetch");
}

TEST_CASE("C10 without a usable HOME the user database knows the home folder")
{
    const auto value = GENERATE(as<std::optional<std::string>>{}, std::nullopt, "", ".");
    const Variable home{"HOME", value};
    const auto* const entry = ::getpwuid(::geteuid());
    REQUIRE(entry != nullptr);
    CHECK(config::resolve("~/x", {}) == popfetch::base::Path{entry->pw_dir} / "x");
}

TEST_CASE("Paths are resolved against home folders and the folder of the file")
{
    const Variable home{"HOME", "/home/alice"};
    CHECK(config::resolve("~", "/base") == "/home/alice");
    CHECK(config::resolve("~/", "/base") == "/home/alice");
    CHECK(config::resolve("~/Mail/work", "/base") == "/home/alice/Mail/work");
    CHECK(config::resolve("~//etc", "/base") == "/home/alice/etc");
    CHECK(config::resolve("~root", "/base") == ::getpwnam("root")->pw_dir);
    CHECK(config::resolve("~root/x", "/base") == popfetch::base::Path{::getpwnam("root")->pw_dir} / "x");
    CHECK(config::resolve("x/~y", "/base") == "/base/x/~y");
    CHECK(config::resolve("x~", "/base") == "/base/x~");
    CHECK(config::resolve("a$HOME", "/base") == "/base/a$HOME");
    CHECK(config::resolve("../x", "/base") == "/base/../x");
    CHECK(config::resolve("/abs", "/base") == "/abs");
}

TEST_CASE("A home folder of nobody is an error")
{
    try {
        config::resolve("~nobody-of-that-name/x", "/base");
        FAIL("resolved");
    } catch (const config::Invalid& error) {
        CHECK(std::string{error.what()} == "there is no user \"nobody-of-that-name\"");
    }
}
