#pragma once
// The checksum that is stored with each row: the first 64 bits of a SHA-256 (OpenSSL) over its columns. Against disks,
// not against people.

#include <cstdint>
#include <string>
#include <string_view>

#include <popfetch/base/digest.hpp>

namespace popfetch::state {

class Checksum {
public:
    void number(std::uint64_t value);
    /// After its length: no two sequences of texts look alike.
    void text(std::string_view value);
    /// Ends this checksum and begins the next.
    std::uint64_t value();

private:
    base::Sha256 digest_;
    std::string columns_;
};

}
