#pragma once
// Files that are durable when we say so. Each call throws SystemError with the path it was given; EINTR and short
// writes are handled here and nowhere else.
//
// fsync(2): syncing a file does not make its name durable; the folder must be synced too. That is sync_folder().
// A failed sync is never repeated on the same file: the kernel reports it once and forgets the pages (ATC'20).

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <sys/types.h>

#include <popfetch/base/fd.hpp>

namespace popfetch::base {

using Path = std::filesystem::path;

/// open(2) with O_CLOEXEC.
Fd open_file(const Path& path, int flags, mode_t mode = 0600);

/// Waits where the other end is slow; throws Interrupted where a signal ends the waiting.
void write_all(int fd, std::string_view bytes, const Path& path);
void write_all_at(int fd, std::string_view bytes, std::uint64_t offset, const Path& path);

/// fdatasync: the bytes and the size are durable.
void sync_file(int fd, const Path& path);
/// fsync of a folder: the names in it are durable.
void sync_folder(const Path& folder);
/// Asks the kernel to begin writing back now; a hint, never an error.
void start_write_back(int fd) noexcept;
/// Waits until what was begun is written; a hint too: durable is only what sync_file() says. Waiting for a whole group of
/// files before syncing the first lets that one sync commit the file system's journal for all.
void wait_for_write_back(int fd) noexcept;

/// Creates the folder and those above it with mode 0700; each new name is durable. What exists is left as it is.
void create_folders(const Path& folder);

/// At most `limit` bytes, or an Error of class "file.too_large" that names the file.
std::string read_file(const Path& path, std::size_t limit);
std::string read_all(int fd, const Path& path, std::size_t limit);

/// Replaces `path` by these bytes so that a crash leaves the old file or the new one, whole. The mode is exactly `mode`,
/// whatever the umask; a symbolic link is replaced, not followed.
void replace_file(const Path& path, std::string_view bytes, mode_t mode = 0600);

}
