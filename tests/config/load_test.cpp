#include "support/catch.hpp"

#include <sys/stat.h>

#include <popfetch/config/configuration.hpp>
#include <popfetch/config/secret.hpp>

#include "environment.hpp"
#include "support/temp_folder.hpp"

using popfetch::test::put_text;
using popfetch::test::TempFolder;
using popfetch::tests::Variable;
namespace config = popfetch::config;
namespace base = popfetch::base;

namespace {

const std::string account = "[account.work]\nhost = \"h\"\nuser = \"u\"\n";

base::Path put_configuration(const TempFolder& folder, const std::string& text, mode_t mode)
{
    const auto path = folder / "popfetch.toml";
    put_text(path, text);
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    return path;
}

std::string complaint(const base::Path& path)
{
    try {
        config::load(path);
    } catch (const base::Error& error) {
        CHECK(error.status() == base::ExitStatus::config);
        return error.kind() + ": " + error.what();
    }
    return {};
}

}

TEST_CASE("A file that is named is read and must exist")
{
    const TempFolder folder;
    const auto path = put_configuration(folder, account, 0644);
    const auto configuration = config::load(path);
    CHECK(configuration.file == path);
    CHECK(configuration.accounts.at(0).name == "work");
    CHECK(complaint(folder / "other.toml") ==
          "config.missing: " + (folder / "other.toml").string() + ": cannot be read (No such file or directory)");
}

TEST_CASE("The usual file may be missing and is read where it is")
{
    const TempFolder folder;
    const Variable config_home{"XDG_CONFIG_HOME", folder.path().string()};
    CHECK(config::load({}).file.empty());
    CHECK(config::load({}).accounts.empty());

    std::filesystem::create_directory(folder / "popfetch");
    put_text(folder / "popfetch/popfetch.toml", account);
    CHECK(config::load({}).file == folder / "popfetch/popfetch.toml");
    CHECK(config::load({}).accounts.size() == 1);
}

TEST_CASE("C01 a configuration with a password is closed to others and one without need not be")
{
    const TempFolder folder;
    for (const auto* const line : {"password = \"hunter2\"", "proxy = \"socks5://u:hunter2@h\""}) {
        for (const mode_t mode : {0644U, 0640U, 0604U}) {
            const auto path = put_configuration(folder, account + line + '\n', mode);
            const auto told = complaint(path);
            CHECK(told.find("config.permissions: " + path.string() + ": holds a secret and is open to others") == 0);
            CHECK(told.find("; chmod 600 " + path.string()) != std::string::npos);
            CHECK(told.find("hunter2") == std::string::npos);
        }
        CHECK(complaint(put_configuration(folder, account + line + '\n', 0660)).find("; chmod 600 ") !=
              std::string::npos);
        CHECK(complaint(put_configuration(folder, account + line + '\n', 0600)).empty());
    }
    CHECK(complaint(put_configuration(folder, account + "proxy = \"socks5://u@h\"\n", 0644)).empty());
    CHECK(complaint(put_configuration(folder, account + "password_command = [\"x\"]\n", 0644)).empty());
}

TEST_CASE("C01 a password in the defaults counts even where every account has another source")
{
    const TempFolder folder;
    const auto path =
        put_configuration(folder, "[defaults]\npassword = \"hunter2\"\n" + account + "password_env = \"X\"\n", 0644);
    CHECK(complaint(path).find("config.permissions: ") == 0);
}

TEST_CASE("C01 a configuration that others can write to is refused with or without a password")
{
    const TempFolder folder;
    const auto path = put_configuration(folder, account, 0666);
    CHECK(complaint(path) ==
          "config.permissions: " + path.string() + ": others can write to it (mode 0666); chmod 600 " + path.string());
}

TEST_CASE("A configuration of more than a megabyte is refused")
{
    const TempFolder folder;
    const auto path = put_configuration(folder, std::string(2 << 20, '#'), 0600);
    CHECK_THROWS_AS(config::load(path), base::Error);
}

TEST_CASE("A password in the environment is moved out of it for every account that names it")
{
    const TempFolder folder;
    const Variable variable{"POPFETCH_TEST_PASSWORD", "hunter2"};
    const char* const bytes = std::getenv("POPFETCH_TEST_PASSWORD");
    const auto path =
        put_configuration(folder,
                          "[defaults]\nhost = \"h\"\nuser = \"u\"\npassword_env = \"POPFETCH_TEST_PASSWORD\"\n"
                          "[account.a]\n[account.b]\n",
                          0644);
    const auto configuration = config::load(path);
    CHECK(std::getenv("POPFETCH_TEST_PASSWORD") == nullptr);
    CHECK(std::string_view{bytes, 7} == std::string_view{"\0\0\0\0\0\0\0", 7}); // what /proc/PID/environ shows
    for (const auto& each : configuration.accounts)
        CHECK(config::read_secret(each.password, each).reveal() == "hunter2");
}
