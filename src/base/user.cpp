#include <popfetch/base/user.hpp>

#include <grp.h>
#include <pwd.h>

namespace popfetch::base {

std::optional<User> User::find(const std::string& name)
{
    std::vector<char> buffer(std::size_t{64} * 1024);
    passwd entry = {};
    passwd* found = nullptr;
    if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return std::nullopt;
    User user{name, found->pw_dir, found->pw_shell, found->pw_uid, found->pw_gid, {}};
    int count = 64;
    user.groups.resize(static_cast<std::size_t>(count));
    while (::getgrouplist(name.c_str(), user.gid, user.groups.data(), &count) < 0)
        user.groups.resize(static_cast<std::size_t>(count));
    user.groups.resize(static_cast<std::size_t>(count));
    return user;
}

}
