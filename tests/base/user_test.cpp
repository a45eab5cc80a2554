#include "support/catch.hpp"

#include <algorithm>

#include <popfetch/base/user.hpp>

using popfetch::base::User;

TEST_CASE("a user is found with home and groups")
{
    const auto root = User::find("root");
    REQUIRE(root);
    CHECK(root->uid == 0);
    CHECK(root->name == "root");
    CHECK(root->home.starts_with('/'));
    CHECK(std::ranges::find(root->groups, root->gid) != root->groups.end());
}

TEST_CASE("a user that does not exist is not found") { CHECK_FALSE(User::find("nobody of that name")); }
