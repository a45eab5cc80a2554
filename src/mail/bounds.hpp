#pragma once
// How much of a message is looked at. GMime needs memory and time for each field of a header, and compares each line
// that may be a boundary with every level; a message made for it would keep it busy for minutes.

#include <cstddef>
#include <string_view>

namespace popfetch::mail {

/// Far more than honest mail has. Octets, but for the lines and boundaries.
struct Bounds {
    std::size_t message = std::size_t{256} << 20U;
    std::size_t boundaries = 50'000;
    std::size_t header_lines = 100'000;                // of all headers together, those of the parts included
    std::size_t header_octets = std::size_t{2} << 20U; // likewise
};

/// The beginning of the message, to where one of the bounds is reached. What may be a header counts as one: the lines
/// at the top and behind each line that begins with "--", up to an empty one.
std::string_view within(const Bounds& bounds, std::string_view message);

}
