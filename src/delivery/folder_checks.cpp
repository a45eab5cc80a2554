#include "folder_checks.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <popfetch/base/error.hpp>
#include <popfetch/base/printable.hpp>

namespace popfetch::delivery {

BadTarget bad_target(const base::Path& path, std::string_view what, std::string_view advice)
{
    constexpr std::size_t longest_path = 1000;
    return BadTarget{base::ExitStatus::config, "delivery.target",
                     base::printable(path.native(), longest_path) + ": " + std::string{what}, advice};
}

void check_folder(const base::Path& folder)
{
    struct stat status = {};
    if (::stat(folder.c_str(), &status) != 0) {
        if (errno == ENOENT) throw bad_target(folder, "there is no such folder");
        if (errno == EACCES) throw bad_target(folder, "may not be looked into");
        throw base::SystemError{"open", folder.native(), errno};
    }
    if (!S_ISDIR(status.st_mode)) throw bad_target(folder, "is not a folder");
    if (status.st_uid != ::geteuid())
        throw bad_target(folder, "belongs to user " + std::to_string(status.st_uid), "run popfetch as that user");
    if (::faccessat(AT_FDCWD, folder.c_str(), R_OK | W_OK | X_OK, AT_EACCESS) == 0) return;
    if (errno == EACCES) throw bad_target(folder, "may not be written to");
    throw base::SystemError{"write to", folder.native(), errno}; // read-only: a disk in trouble, not a mistake
}

base::Path plain_path(const base::Path& path)
{
    const auto whole = std::filesystem::absolute(path).lexically_normal();
    return whole.has_filename() ? whole : whole.parent_path();
}

void refuse_dead_link(const base::Path& folder)
{
    std::error_code error;
    if (std::filesystem::is_symlink(folder, error) && !std::filesystem::exists(folder, error))
        throw bad_target(folder, "is a link to nowhere");
}

std::optional<std::uint64_t> space_in(const base::Path& folder)
{
    struct statvfs status = {};
    auto nearest = std::filesystem::absolute(folder);
    while (::statvfs(nearest.c_str(), &status) != 0) {
        if (errno != ENOENT || !nearest.has_relative_path()) return std::nullopt;
        nearest = nearest.parent_path();
    }
    return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

void check_can_be_made(const base::Path& folder)
{
    base::Path made;
    for (const auto& part : folder) {
        const auto parent = made;
        made /= part;
        std::error_code error;
        if (std::filesystem::is_directory(made, error)) continue;
        struct stat status = {};
        if (::lstat(made.c_str(), &status) == 0) throw base::SystemError{"create", made.native(), EEXIST};
        if (::faccessat(AT_FDCWD, parent.empty() ? "." : parent.c_str(), W_OK | X_OK, AT_EACCESS) != 0)
            throw base::SystemError{"create", made.native(), errno};
        return; // whatever is beneath will be ours
    }
}

bool is_empty_or_missing(const base::Path& folder)
{
    std::error_code error;
    const bool empty = std::filesystem::is_empty(folder, error);
    return error ? error == std::errc::no_such_file_or_directory : empty;
}

}
