#pragma once
// A configuration as text in a test, and what is said about it.

#include <string>
#include <string_view>

#include <popfetch/config/configuration.hpp>

namespace popfetch::tests {

inline const std::string config_file = "/home/alice/.config/popfetch/popfetch.toml";

inline config::Configuration parsed(std::string_view text) { return config::parse(text, config_file); }

/// The only account, of these lines: account "work" with a host and a user, unless they name their own.
inline std::string with_account(std::string_view lines)
{
    return "[account.work]\nhost = \"pop.example.org\"\nuser = \"alice\"\n" + std::string{lines} + '\n';
}
inline config::Account account_of(std::string_view lines) { return parsed(with_account(lines)).accounts.at(0); }

/// "kind: message" of what is wrong with a text; empty: nothing.
inline std::string complaint(std::string_view text)
{
    try {
        parsed(text);
    } catch (const config::Invalid& error) {
        return error.kind() + ": " + error.what();
    }
    return {};
}
inline std::string complaint_about(std::string_view lines) { return complaint(with_account(lines)); }

}
