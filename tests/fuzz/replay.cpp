// For compilers without libFuzzer: feeds each file below the folders and files named to the target, once. The corpora
// are tests of every build this way.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "target.hpp"

namespace {

void feed(const std::filesystem::path& path)
{
    std::ifstream file{path, std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
    std::fprintf(stderr, "%s\n", path.c_str()); // the last one named is the one that it died of
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

}

int main(int count, char** arguments)
{
    std::size_t fed = 0;
    for (int i = 1; i < count; ++i) {
        if (std::filesystem::is_directory(arguments[i])) {
            for (const auto& entry : std::filesystem::recursive_directory_iterator{arguments[i]})
                if (entry.is_regular_file()) feed(entry.path()), ++fed;
        } else {
            feed(arguments[i]), ++fed;
        }
    }
    LLVMFuzzerTestOneInput(nullptr, 0);
    return fed > 0 ? 0 : 1; // a corpus that is gone is no success
}
