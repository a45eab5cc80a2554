// Finding, checking and reading the file.

#include <cstdlib>

#include <unistd.h>

#include "checked_file.hpp"
#include "sections.hpp"
#include "wiped_text.hpp"

namespace popfetch::config {

namespace {

constexpr std::size_t largest_file = std::size_t{1} << 20U;

// Overwritten where it is, since unsetenv(3) leaves the bytes in /proc/PID/environ.
base::Secret taken_from_environment(const std::string& name)
{
    char* const value = std::getenv(name.c_str());
    if (value == nullptr) return {};
    const std::string_view text{value};
    base::Secret secret{text};
    base::wipe(value, text.size());
    ::unsetenv(name.c_str());
    return secret;
}

// All accounts at once: two may name the same variable, and later other threads may be reading the environment.
void take_environment(std::vector<Account>& accounts)
{
    for (auto& account : accounts) {
        auto* const source = std::get_if<FromEnvironment>(&account.password);
        if (source == nullptr || !source->value.empty()) continue;
        const auto secret = taken_from_environment(source->name);
        for (auto& each : accounts) {
            auto* const same = std::get_if<FromEnvironment>(&each.password);
            if (same != nullptr && same->name == source->name) same->value = secret;
        }
    }
}

Configuration read_checked(const base::Path& path)
{
    const auto file = open_for_reading(path);
    check_permissions(file.get(), path, Holds::settings);
    const WipedText content{base::read_all(file.get(), path, largest_file)};
    auto parsed = parse_text(content.text, path);
    if (parsed.secret_line) check_permissions(file.get(), path, Holds::secret);
    take_environment(parsed.configuration.accounts);
    return std::move(parsed.configuration);
}

}

Configuration load(const base::Path& named)
{
    if (!named.empty()) return read_checked(named);
    const auto usual = usual_file();
    std::error_code error;
    if (!std::filesystem::exists(usual, error) && !error) return {};
    return read_checked(usual);
}

}
