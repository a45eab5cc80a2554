#include "exact_read.hpp"

#include <cerrno>

#include <unistd.h>

#include <popfetch/base/error.hpp>

namespace popfetch::delivery {

void read_exactly(int fd, std::uint64_t offset, char* into, std::size_t octets, const base::Path& path)
{
    while (octets > 0) {
        const auto got = ::pread(fd, into, octets, static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) throw base::SystemError{"read", path.native(), got < 0 ? errno : EIO};
        into += got;
        offset += static_cast<std::uint64_t>(got);
        octets -= static_cast<std::size_t>(got);
    }
}

}
