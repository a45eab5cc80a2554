#pragma once
// Reading a given number of octets at a given place.

#include <cstddef>
#include <cstdint>

#include <popfetch/base/file.hpp>

namespace popfetch::delivery {

/// Throws SystemError; a file that ends too early is an error too (EIO).
void read_exactly(int fd, std::uint64_t offset, char* into, std::size_t octets, const base::Path& path);

}
