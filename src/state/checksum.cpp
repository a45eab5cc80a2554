#include "checksum.hpp"

namespace popfetch::state {

// The lowest octet first on every machine: what is computed from it is stored.
void Checksum::number(std::uint64_t value)
{
    for (unsigned shift = 0; shift < 64; shift += 8) columns_ += static_cast<char>(value >> shift & 0xff);
}

void Checksum::text(std::string_view value)
{
    number(value.size());
    columns_ += value;
}

std::uint64_t Checksum::value()
{
    digest_.update(columns_);
    columns_.clear();
    const auto octets = digest_.finish();
    std::uint64_t first = 0;
    for (std::size_t i = 0; i < 8; ++i) first = first << 8 | static_cast<unsigned char>(octets[i]);
    return first;
}

}
