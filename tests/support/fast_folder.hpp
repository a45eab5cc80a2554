#pragma once
// Where tests that make thousands of files put them.

#include <cstdlib>
#include <filesystem>

#include <unistd.h>

namespace popfetch::test {

/// In memory unless the caller has a wish: such tests should not wait for a disk.
inline std::filesystem::path fast_folder()
{
    const std::filesystem::path memory{"/dev/shm"};
    const bool wished = std::getenv("TMPDIR") != nullptr;
    return !wished && ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
}

}
