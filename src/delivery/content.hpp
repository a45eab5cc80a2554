#pragma once
// The bytes of a letter, wherever they are: in memory, or in an open file.

#include <cstddef>
#include <cstdint>
#include <string>

#include <popfetch/base/byte_sink.hpp>
#include <popfetch/base/fd.hpp>
#include <popfetch/base/file.hpp>

namespace popfetch::delivery {

struct Content {
    std::string memory; // used while there is no file
    base::Fd file;
    std::uint64_t size = 0;
    base::Path path; // of the file, for messages

    /// Passes the bytes on from first to last, in large pieces.
    void read_back(base::ByteSink& sink) const;
    /// At most `octets` of the beginning.
    std::string beginning(std::size_t octets) const;
};

}
