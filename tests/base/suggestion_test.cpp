#include "support/catch.hpp"

#include <array>
#include <string>
#include <string_view>

#include <popfetch/base/suggestion.hpp>

using popfetch::base::nearest;

namespace {

constexpr std::array<std::string_view, 5> keys{"tls", "tls_verify", "timeout", "host", "delete"};

}

TEST_CASE("a slip of the keyboard finds the word that was meant")
{
    CHECK(nearest("tls_verfy", keys) == "tls_verify");
    CHECK(nearest("tls_verifyy", keys) == "tls_verify");
    CHECK(nearest("hots", keys) == "host");
    CHECK(nearest("timout", keys) == "timeout");
    CHECK(nearest("delate", keys) == "delete");
    CHECK(nearest("host", keys) == "host");
}

TEST_CASE("a word that is far from all finds none")
{
    CHECK(nearest("password", keys).empty());
    CHECK(nearest("hxyt", keys).empty());
    CHECK(nearest("", keys).empty());
    CHECK(nearest("t", keys).empty());
    CHECK(nearest("host", {}).empty());
    CHECK(nearest(std::string(1 << 20, 'x'), keys).empty());
}

TEST_CASE("of two words equally near the first is offered")
{
    constexpr std::array<std::string_view, 2> words{"cat", "car"};
    CHECK(nearest("caz", words) == "cat");
}
