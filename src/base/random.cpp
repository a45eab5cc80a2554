#include <popfetch/base/random.hpp>

#include <algorithm>
#include <cerrno>

#include <unistd.h>
#if __has_include(<sys/random.h>)
#include <sys/random.h> // macOS has getentropy(3) here
#endif

#include <popfetch/base/base64.hpp>
#include <popfetch/base/error.hpp>

namespace popfetch::base {

std::string random_hex(std::size_t bytes)
{
    constexpr std::size_t most_at_once = 256; // getentropy(3)
    std::string random(bytes, '\0');
    for (std::size_t at = 0; at < bytes; at += most_at_once) {
        if (::getentropy(random.data() + at, std::min(most_at_once, bytes - at)) != 0) {
            throw SystemError{"read", "the kernel's random numbers", errno};
        }
    }
    return to_hex(random);
}

}
