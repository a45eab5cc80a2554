#include "rename.hpp"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace popfetch::delivery {

namespace {

int rename_in_one_step(int from_folder, const char* from, int to_folder, const char* to) noexcept
{
#ifdef RENAME_NOREPLACE
    return ::renameat2(from_folder, from, to_folder, to, RENAME_NOREPLACE) == 0 ? 0 : errno;
#else
    (void)from_folder, (void)from, (void)to_folder, (void)to;
    return ENOSYS;
#endif
}

int link_and_unlink(int from_folder, const char* from, int to_folder, const char* to) noexcept
{
    if (::linkat(from_folder, from, to_folder, to, 0) != 0) return errno;
    return ::unlinkat(from_folder, from, 0) == 0 ? 0 : errno;
}

// FAT and some network file systems know neither flags nor links. The names are unique, so nobody slips in between.
int look_and_rename(int from_folder, const char* from, int to_folder, const char* to) noexcept
{
    struct stat status = {};
    if (::fstatat(to_folder, to, &status, AT_SYMLINK_NOFOLLOW) == 0) return EEXIST;
    return ::renameat(from_folder, from, to_folder, to) == 0 ? 0 : errno;
}

bool is_unsupported(int error) noexcept
{
    return error == EINVAL || error == ENOSYS || error == ENOTSUP || error == EOPNOTSUPP;
}

}

int rename_to_free_name(int from_folder, const std::string& from, int to_folder, const std::string& to) noexcept
{
    int error = rename_in_one_step(from_folder, from.c_str(), to_folder, to.c_str());
    if (!is_unsupported(error)) return error;
    error = link_and_unlink(from_folder, from.c_str(), to_folder, to.c_str());
    if (!is_unsupported(error) && error != EPERM) return error;
    return look_and_rename(from_folder, from.c_str(), to_folder, to.c_str());
}

}
