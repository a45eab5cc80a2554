#pragma once
// Files that hold what a format prints: tests/output/golden/NAME. They are evidence and documentation at once, so they
// are changed by hand, or with POPFETCH_WRITE_GOLDEN=1 in the environment and then read before they are committed.

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace popfetch::output {

/// What the file holds; with POPFETCH_WRITE_GOLDEN set, `actual`, which is written there.
inline std::string golden(const std::string& name, const std::string& actual)
{
    const std::string path = PROJECT_SOURCE "/tests/output/golden/" + name;
    if (std::getenv("POPFETCH_WRITE_GOLDEN") != nullptr) {
        std::ofstream{path, std::ios::binary} << actual;
        return actual;
    }
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

}
