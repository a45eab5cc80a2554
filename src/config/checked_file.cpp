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

// What Docker and Kubernetes make of a secret: root's, and readable without a chmod that would change it (FAULTS W12).
bool is_made_for_container(const struct stat& file)
{
    const auto mode = file.st_mode & 07777U;
    return file.st_uid == 0 && S_ISREG(file.st_mode) && (mode == 0444 || mode == 0440);
}

// Nobody but root and us passes such a folder, whatever lies below it.
bool is_closed(const base::Path& folder)
{
    struct stat status {};
    return ::stat(folder.c_str(), &status) == 0 && (status.st_uid == 0 || status.st_uid == ::geteuid()) &&
           (status.st_mode & (S_IXGRP | S_IXOTH)) == 0;
}

// By its real path, which must be that of the opened file and its only one.
bool is_out_of_reach(const struct stat& file, const base::Path& path)
{
    std::error_code error;
    auto real = std::filesystem::canonical(path, error);
    struct stat found {};
    if (error || ::stat(real.c_str(), &found) != 0) return false;
    if (found.st_dev != file.st_dev || found.st_ino != file.st_ino || file.st_nlink != 1) return false;
    while (real.has_relative_path()) {
        real = real.parent_path();
        if (is_closed(real)) return true;
    }
    return false;
}

void check_secrecy(const struct stat& file, const base::Path& path, const std::string& mode)
{
    if ((file.st_mode & (S_IRWXG | S_IRWXO)) == 0) return;
    const auto text = "holds a secret and is open to others" + mode;
    if (!is_made_for_container(file)) refuse(path, text, "chmod 600 " + shown(path));
    if (is_out_of_reach(file, path)) return;
    refuse(path, text,
           "make it 0400, or put it into a folder that nobody else can enter; or use password_credential = \"" +
               base::printable(path.filename().string()) +
               "\" with CREDENTIALS_DIRECTORY=" + shown(std::filesystem::absolute(path).parent_path()));
}

void check_mode(const struct stat& file, const base::Path& path, Holds holds)
{
    const auto mode = " (mode " + octal(file.st_mode) + ')';
    if (holds == Holds::secret) check_secrecy(file, path, mode);
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
