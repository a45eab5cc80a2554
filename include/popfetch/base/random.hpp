#pragma once
// Randomness from the kernel, for names that must be unique on every machine and after every clock jump.

#include <cstddef>
#include <string>

namespace popfetch::base {

/// `bytes` random bytes as lower-case hex digits.
std::string random_hex(std::size_t bytes);

}
