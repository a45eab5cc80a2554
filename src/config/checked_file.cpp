#include "checked_file.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <popfetch/base/printable.hpp>
#include <popfetch/config/account.hpp>

namespace popfetch::config {

namespace {

std::string shown(const base::Path& path) { return base::printable(path.string(), 1000); }

std::string octal(mode_t mode)
{
    std::array<char, 8> digits{};
    const auto bits = static_cast<unsigned>(mode & 07777U);
    const std::string text{digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), bits, 8).ptr};
    return std::string(4 - std::min<std::size_t>(4, text.size()), '0') + text;
}

[[noreturn]] void refuse(const base::Path& path, std::string_view text, std::string_view advice)
{
    throw Invalid{"config.permissions", shown(path) + ": " + std::string{text}, advice};
}

void check_kind(const struct stat& file, const base::Path& path)
{
    // A pipe is what <(…) of a shell is, and nobody else can write into it.
    if (S_ISREG(file.st_mode) || S_ISFIFO(file.st_mode)) return;
    refuse(path, S_ISDIR(file.st_mode) ? "is a folder" : "is not a file", {});
}

void check_owner(const struct stat& file, const base::Path& path)
{
    if (file.st_uid == ::geteuid() || file.st_uid == 0) return;
    refuse(path, "belongs to somebody else (user id " + std::to_string(file.st_uid) + ')',
           "it must be your own, or root's");
}

void check_mode(const struct stat& file, const base::Path& path, Holds holds)
{
    const auto mode = " (mode " + octal(file.st_mode) + ')';
    if (holds == Holds::secret && (file.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        refuse(path, "holds a secret and is open to others" + mode, "chmod 600 " + shown(path));
    if ((file.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        refuse(path, "others can write to it" + mode, "chmod 600 " + shown(path));
}

// Whoever can write to the folder can put another file in this one's place before the next run.
void check_folder(const base::Path& folder)
{
    struct stat status {};
    if (::stat(folder.c_str(), &status) != 0) return;
    const bool open_to_all = (status.st_mode & S_IWOTH) != 0 && (status.st_mode & S_ISVTX) == 0;
    if (open_to_all)
        refuse(folder, "everybody can write to this folder (mode " + octal(status.st_mode) + ')',
               "chmod o-w " + shown(folder));
}

void check_folders(const base::Path& path)
{
    const auto absolute = std::filesystem::absolute(path);
    check_folder(absolute.parent_path());
    std::error_code error;
    const auto real = std::filesystem::canonical(absolute, error);
    if (!error && real != absolute) check_folder(real.parent_path());
}

}

base::Fd open_for_reading(const base::Path& path)
{
    base::Fd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)};
    if (file) return file;
    throw Invalid{"config.missing", shown(path) + ": cannot be read (" + std::generic_category().message(errno) + ')'};
}

void check_permissions(int fd, const base::Path& path, Holds holds)
{
    struct stat status {};
    if (::fstat(fd, &status) != 0) throw base::SystemError{"look at", path.string(), errno};
    check_kind(status, path);
    check_owner(status, path);
    check_mode(status, path, holds);
    check_folders(path);
}

std::string read_secret_file(const base::Path& path, std::size_t limit)
{
    const auto file = open_for_reading(path);
    check_permissions(file.get(), path, Holds::secret);
    return base::read_all(file.get(), path, limit);
}

}
