// The default folders and ~.

#include <algorithm>
#include <cstdlib>
#include <optional>

#include <pwd.h>
#include <unistd.h>

#include <popfetch/base/printable.hpp>
#include <popfetch/config/configuration.hpp>

namespace popfetch::config {

namespace {

const char* environment(const char* name)
{
#ifdef __GLIBC__
    return ::secure_getenv(name);
#else
    return std::getenv(name);
#endif
}

// A folder from the environment; what is not absolute would depend on where we were started (XDG Base Directory §2).
std::optional<base::Path> folder_from(const char* variable)
{
    const char* const value = environment(variable);
    if (value == nullptr || *value != '/') return std::nullopt;
    return value;
}

template<class Lookup>
std::optional<base::Path> home_in_database(Lookup look_up)
{
    std::string buffer(std::size_t{16} * 1024, '\0');
    passwd entry{};
    passwd* found = nullptr;
    if (look_up(&entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return std::nullopt;
    return base::Path{found->pw_dir};
}

base::Path own_home()
{
    if (auto home = folder_from("HOME")) return *home;
    auto home = home_in_database([](passwd* entry, char* buffer, std::size_t size, passwd** found) {
        return ::getpwuid_r(::geteuid(), entry, buffer, size, found);
    });
    if (!home) throw Invalid{"config.value", "your home folder is not known", "set HOME"};
    return *home;
}

base::Path home_of(const std::string& user)
{
    auto home = home_in_database([&](passwd* entry, char* buffer, std::size_t size, passwd** found) {
        return ::getpwnam_r(user.c_str(), entry, buffer, size, found);
    });
    if (!home) throw Invalid{"config.value", "there is no user \"" + base::printable(user) + '"'};
    return *home;
}

[[noreturn]] void refuse(std::string_view text, std::string_view why, std::string_view advice)
{
    throw Invalid{"config.value", '"' + base::printable(text, 1000) + "\" " + std::string{why}, advice};
}

// A folder made under such a name would be in the way, and `rm -rf ~` is the obvious remedy (FAULTS L15).
void refuse_what_nobody_means(std::string_view text)
{
    if (text.starts_with(' ') || text.starts_with('\t')) refuse(text, "begins with a blank", "take it away");
    constexpr std::string_view first_of_name = "{_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    if (text.size() > 1 && text[0] == '$' && first_of_name.find(text[1]) != std::string_view::npos)
        refuse(text, "begins with a variable of a shell, and no shell reads it", "write ~ for the home folder");
    for (auto at = text.find("/~"); at != std::string_view::npos; at = text.find("/~", at + 2))
        if (at + 2 == text.size() || text[at + 2] == '/')
            refuse(text, "has a ~ inside", "it means the home folder at the beginning alone");
}

}

base::Path usual_file()
{
    const auto folder = folder_from("XDG_CONFIG_HOME");
    return (folder ? *folder : own_home() / ".config") / "popfetch" / "popfetch.toml";
}

base::Path usual_state_dir()
{
    const auto folder = folder_from("XDG_STATE_HOME");
    return (folder ? *folder : own_home() / ".local" / "state") / "popfetch";
}

base::Path resolve(std::string_view text, const base::Path& base)
{
    refuse_what_nobody_means(text);
    if (!text.starts_with('~')) return base / text;
    const auto slash = std::min(text.find('/'), text.size());
    const std::string user{text.substr(1, slash - 1)};
    const auto home = user.empty() ? own_home() : home_of(user);
    const auto rest = text.substr(std::min(text.find_first_not_of('/', slash), text.size()));
    return rest.empty() ? home : home / rest;
}

}
