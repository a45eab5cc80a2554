// ~/.netrc: a password for this host and this user, nothing, or an error; never somebody else's.

#include <popfetch/config/secret.hpp>

#include "target.hpp"

using namespace popfetch;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string text{reinterpret_cast<const char*>(data), size};
    const auto found_in = [](const std::string& file) {
        const auto found = config::find_in_netrc(file, "pop.example.org", "alice");
        return found ? std::string{found->reveal()} : std::string{};
    };
    fuzz::passes([&] {
        const std::string other = "machine pop.example.net login alice password another\n";
        fuzz::require(found_in(other + text) == found_in(text), "another machine's entry is passed over");
    });
    return 0;
}
