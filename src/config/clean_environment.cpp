#include "clean_environment.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include <popfetch/base/child.hpp>

namespace popfetch::config {

namespace {

std::string clean_path()
{
    std::string path = "PATH=";
    for (auto rest = base::search_path(); !rest.empty();) {
        const auto folder = rest.substr(0, rest.find(':'));
        rest.remove_prefix(std::min(folder.size() + 1, rest.size()));
        if (folder.starts_with('/')) path.append(path.ends_with('=') ? "" : ":").append(folder);
    }
    return path;
}

bool is_passed_on(std::string_view variable)
{
    constexpr std::string_view names[] = {"HOME",          "USER",
                                          "LOGNAME",       "LANG",
                                          "LANGUAGE",      "TERM",
                                          "GNUPGHOME",     "GPG_TTY",
                                          "SSH_AUTH_SOCK", "DBUS_SESSION_BUS_ADDRESS",
                                          "DISPLAY",       "WAYLAND_DISPLAY",
                                          "XAUTHORITY"};
    constexpr std::string_view families[] = {"LC_", "XDG_", "PASSWORD_STORE_"};
    const auto name = variable.substr(0, variable.find('='));
    return std::find(std::begin(names), std::end(names), name) != std::end(names) ||
           std::any_of(std::begin(families), std::end(families), [&](auto prefix) { return name.starts_with(prefix); });
}

}

std::vector<std::string> clean_environment()
{
    auto variables = base::our_environment();
    std::erase_if(variables, [](const std::string& variable) { return !is_passed_on(variable); });
    variables.push_back(clean_path());
    return variables;
}

}
