#pragma once
// A user of this machine, as a program needs it that is to run with that user's rights.

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace popfetch::base {

struct User {
    std::string name, home, shell;
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups;

    static std::optional<User> find(const std::string& name);
};

}
