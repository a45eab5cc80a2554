// popfetch.toml: checked accounts or an error with a place, which never shows the password.

#include <popfetch/config/configuration.hpp>

#include "target.hpp"

using namespace popfetch;

namespace {

constexpr std::string_view canary = "hunter2-canary", line_with_canary = "\npassword = \"hunter2-canary\"\n";

// The password, and nothing but the password: then it must not be shown. Elsewhere the same word may be a name.
bool is_only_the_password(std::string_view text)
{
    const auto first = text.find(canary);
    const auto line = text.find(line_with_canary);
    return line != std::string_view::npos && text.find(canary, first + 1) == std::string_view::npos &&
           text.find_first_of("'\"") > line; // no text was begun before it
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const bool hidden = is_only_the_password(text);
    fuzz::passes([&] {
        try {
            const auto configuration = config::parse(text, "/home/alice/.config/popfetch/popfetch.toml");
            for (const auto& account : configuration.accounts) {
                fuzz::require(configuration.find(account.name) == &account, "an account is found by its name");
                const auto ledger = config::ledger_path("/state", account);
                fuzz::require(ledger.parent_path() == "/state", "a ledger lies in the state folder");
            }
            for (const auto& warning : configuration.warnings)
                fuzz::require(fuzz::is_for_terminals(warning) && (!hidden || warning.find(canary) == std::string::npos),
                              "a warning is printable and shows no password");
        } catch (const base::Error& error) {
            fuzz::require(!hidden || std::string_view{error.what()}.find(canary) == std::string_view::npos,
                          "no error shows the password");
            throw;
        }
    });
    return 0;
}
