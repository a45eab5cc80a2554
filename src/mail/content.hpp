#pragma once
// What a part holds, its transfer encoding undone, within bounds.

#include <cstddef>
#include <cstdint>
#include <string>

#include <popfetch/base/byte_sink.hpp>

#include "gmime.hpp"

namespace popfetch::mail {

/// The first octets, at most `limit`, and whether there are more.
struct Content {
    std::string octets;
    bool cut = false;
};
Content read_content(GMimePart* part, std::size_t limit);

/// How many there are.
std::uint64_t size_of_content(GMimePart* part);

/// All of them.
void pour_content(GMimePart* part, base::ByteSink& out);

}
