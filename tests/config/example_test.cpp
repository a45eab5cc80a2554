#include "support/catch.hpp"

#include <popfetch/config/configuration.hpp>

#include "support/temp_folder.hpp"

namespace config = popfetch::config;

TEST_CASE("The example configuration is read without a complaint and mentions every key")
{
    const auto text = popfetch::test::text_of(PROJECT_SOURCE "/examples/popfetch.toml");
    REQUIRE_FALSE(text.empty());
    const auto configuration = config::parse(text, "/home/alice/.config/popfetch/popfetch.toml");
    CHECK(configuration.accounts.size() >= 3);
    CHECK(configuration.warnings.empty());
    for (const auto& key : config::keys()) {
        INFO(key.table << '.' << key.name);
        const bool begins_line = text.find("\n" + std::string{key.name} + " = ") != std::string::npos ||
                                 text.find("\n# " + std::string{key.name} + " = ") != std::string::npos;
        const bool in_table = text.find(' ' + std::string{key.name} + " = ") != std::string::npos;
        CHECK((key.table.empty() ? begins_line : begins_line || in_table));
    }
}

TEST_CASE("What is commented out in the example is right too")
{
    // "# key = value" is a line to use; other comments are sentences. Each is tried alone, in an account of its own.
    const auto text = popfetch::test::text_of(PROJECT_SOURCE "/examples/popfetch.toml");
    std::istringstream lines{text};
    int tried = 0;
    bool in_deliver = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with('[')) in_deliver = line.ends_with(".deliver]");
        const auto equals = line.find(" = ");
        const bool is_setting = line.starts_with("# ") && equals != std::string::npos &&
                                line.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", 2) == equals;
        if (!is_setting) continue;
        INFO(line);
        std::string account = "[account.x]\nhost = \"h\"\nuser = \"u\"\n";
        if (line.starts_with("# tls_client_key")) account += "tls_client_cert = \"c\"\n";
        if (in_deliver) account += "[account.x.deliver]\ntype = \"pipe\"\ncommand = [\"c\"]\n";
        if (line.starts_with("# auth")) account += "token_command = [\"t\"]\n";
        CHECK_NOTHROW(config::parse(account + line.substr(2) + '\n', "popfetch.toml"));
        ++tried;
    }
    CHECK(tried > 10);
}
