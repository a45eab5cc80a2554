#include "new_file.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <popfetch/base/error.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/base/random.hpp>

namespace popfetch::cli {

namespace {

constexpr std::size_t longest_name = 200, longest_extension = 20; // octets; file systems take 255
constexpr unsigned most_of_a_name = 10'000;

class FileSink final : public base::ByteSink {
public:
    FileSink(base::Path path, int flags) : path_{std::move(path)}, file_{base::open_file(path_, flags)} {}
    void write(std::string_view bytes) override { base::write_all(file_.get(), bytes, path_); }
    void make_durable() { base::sync_file(file_.get(), path_); }

private:
    base::Path path_;
    base::Fd file_;
};

/// Durable beside its place, and gone with this object.
class Partial {
public:
    Partial(const base::Path& path, const Fill& fill) : path_{path.string() + ".part-" + base::random_hex(4)}
    {
        FileSink sink{path_, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW};
        try {
            fill(sink);
            sink.make_durable();
        } catch (...) {
            ::unlink(path_.c_str());
            throw;
        }
    }
    Partial(const Partial&) = delete;
    Partial& operator=(const Partial&) = delete;
    ~Partial() { ::unlink(path_.c_str()); }

    const base::Path& path() const { return path_; }
    /// False where the name is taken.
    bool give_name(const base::Path& name) const
    {
        if (::link(path_.c_str(), name.c_str()) == 0) return true;
        if (errno == EEXIST) return false;
        throw base::SystemError{"create", name.string(), errno};
    }

private:
    base::Path path_;
};

/// What may not be read, or is no plain file, is not the same.
bool same_octets(const base::Path& one, const base::Path& other)
{
    std::error_code error;
    if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(other, error))) return false;
    if (std::filesystem::file_size(one, error) != std::filesystem::file_size(other, error) || error) return false;
    std::ifstream first{one, std::ios::binary}, second{other, std::ios::binary};
    using Octets = std::istreambuf_iterator<char>;
    return first && second && std::equal(Octets{first}, {}, Octets{second}, {});
}

std::pair<std::string, std::string> split(const std::string& name)
{
    const auto dot = name.rfind('.');
    if (dot == std::string::npos || dot == 0 || name.size() - dot > longest_extension) return {name, ""};
    return {name.substr(0, dot), name.substr(dot)};
}

std::string shortened(std::string text, std::size_t limit)
{
    if (text.size() <= limit) return text;
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80U) --limit;
    text.resize(limit);
    return text;
}

}

std::string safe_name(std::string_view foreign, const std::string& otherwise)
{
    if (const auto slash = foreign.find_last_of("/\\"); slash != std::string_view::npos)
        foreign.remove_prefix(slash + 1);
    auto name = base::printable(foreign);
    std::ranges::replace(name, '\\', '_'); // of what printable() wrote for a control character
    std::ranges::replace(name, '/', '_');
    name.erase(0, std::min(name.find_first_not_of(". -"), name.size()));
    name.erase(name.find_last_not_of(". ") + 1);
    if (name.empty()) return otherwise;
    auto [stem, extension] = split(name);
    return shortened(std::move(stem), longest_name - extension.size()) + extension;
}

void make_file(const base::Path& path, const Fill& fill)
{
    const Partial partial{path, fill};
    if (!partial.give_name(path)) throw base::SystemError{"create", path.string(), EEXIST};
}

Stored make_file_in(const base::Path& folder, const std::string& name, const Fill& fill)
{
    const Partial partial{folder / name, fill};
    const auto [stem, extension] = split(name);
    for (unsigned number = 1; number <= most_of_a_name; ++number) {
        const auto path = folder / (number == 1 ? name : stem + "-" + std::to_string(number) + extension);
        if (partial.give_name(path)) return {path, false, number > 1};
        if (same_octets(partial.path(), path)) return {path, true, false};
    }
    throw base::SystemError{"create", (folder / name).string(), EEXIST};
}

}
