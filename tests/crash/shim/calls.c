/* The calls of the C library that change files, each once more. The names with 64 at the end are what programs with large files
 * call; SQLite calls through the C library too. */
#define _GNU_SOURCE
#include "event.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { most_fds = 65536 };
static unsigned char written[most_fds]; /* descriptors through which a file was changed: their close is counted */

static void mark(int fd, int changed)
{
    if (fd >= 0 && fd < most_fds) written[fd] = changed != 0;
}

/* The next definition of a function: the C library's. */
#define NEXT(name)                                                                                                     \
    static __typeof__(&name) next;                                                                                     \
    if (!next) *(void **)&next = dlsym(RTLD_NEXT, #name)

/* ---- opening and closing ------------------------------------------------------------------------------------------ */

static int takes_mode(int flags) { return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE; }

static int changes_files(int flags) { return (flags & (O_CREAT | O_TRUNC)) || (flags & O_ACCMODE) != O_RDONLY; }

/* 1: to be counted. A pipe or device is none of our business, and opening one may block. */
static int is_watched_open(int folder, const char *path, int flags, char *resolved, int *existed)
{
    struct stat about;
    if (!is_ours() || !changes_files(flags)) return 0;
    const int saved = errno;
    resolve(folder, path, resolved);
    *existed = lstat(resolved, &about) == 0;
    errno = saved;
    return is_watched_path(resolved) && (!*existed || S_ISREG(about.st_mode) || S_ISLNK(about.st_mode));
}

static int finish_open(struct event *e, const char *path, int flags, int existed, int fd)
{
    add_text(e, "path", path);
    add(e, "\tflags=%o\tcreated=%d\ttruncated=%d", flags, !existed && fd >= 0, (flags & O_TRUNC) != 0);
    add_inode(e, fd);
    if ((flags & O_TMPFILE) == O_TMPFILE) add(e, "\tunmodelled=O_TMPFILE");
    mark(fd, !existed || (flags & O_TRUNC));
    return (int)finish(e, fd);
}

#define DEFINE_OPEN(name, parameters, folder, ...)                                                                     \
    int name parameters                                                                                                \
    {                                                                                                                  \
        NEXT(name);                                                                                                    \
        char resolved[path_size];                                                                                      \
        int existed = 0;                                                                                               \
        mode_t mode = 0;                                                                                               \
        if (takes_mode(flags)) {                                                                                       \
            va_list arguments;                                                                                         \
            va_start(arguments, flags);                                                                                \
            mode = va_arg(arguments, mode_t);                                                                          \
            va_end(arguments);                                                                                         \
        }                                                                                                              \
        if (!is_watched_open(folder, path, flags, resolved, &existed)) return next(__VA_ARGS__, mode);                 \
        struct event e;                                                                                                \
        begin(&e, "open");                                                                                             \
        return finish_open(&e, resolved, flags, existed, e.error ? -1 : next(__VA_ARGS__, mode));                      \
    }

DEFINE_OPEN(open, (const char *path, int flags, ...), AT_FDCWD, path, flags)
DEFINE_OPEN(open64, (const char *path, int flags, ...), AT_FDCWD, path, flags)
DEFINE_OPEN(openat, (int folder, const char *path, int flags, ...), folder, folder, path, flags)
DEFINE_OPEN(openat64, (int folder, const char *path, int flags, ...), folder, folder, path, flags)

/* What _FORTIFY_SOURCE makes of a call without a mode. */
int __open_2(const char *path, int flags) { return open(path, flags); }
int __open64_2(const char *path, int flags) { return open64(path, flags); }
int __openat_2(int folder, const char *path, int flags) { return openat(folder, path, flags); }
int __openat64_2(int folder, const char *path, int flags) { return openat64(folder, path, flags); }

int creat(const char *path, mode_t mode) { return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return open64(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

int close(int fd)
{
    NEXT(close);
    if (fd < 0 || fd >= most_fds || !written[fd] || !is_ours()) return next(fd);
    struct event e;
    char path[path_size];
    path_of_fd(fd, path);
    begin(&e, "close");
    add(&e, "\tfd=%d", fd);
    add_text(&e, "path", path);
    mark(fd, 0);
    const int result = next(fd); /* close(2): the descriptor is gone even when an error is reported */
    return (int)finish(&e, e.error ? -1 : result);
}

/* ---- writing ------------------------------------------------------------------------------------------------------ */

enum sort { something_else, watched_file, outward }; /* outward: a socket or pipe */

static enum sort sort_of(int fd, char *path)
{
    struct stat about;
    const int saved = errno;
    enum sort sort = something_else;
    if (fstat(fd, &about) == 0) {
        if (S_ISSOCK(about.st_mode) || S_ISFIFO(about.st_mode)) sort = outward;
        if (S_ISREG(about.st_mode) && path_of_fd(fd, path) && is_watched_path(path)) sort = watched_file;
    }
    errno = saved;
    return sort;
}

/* Written down for telling which states its peers can be in. */
static ssize_t finish_sent(struct event *e, int fd, const struct iovec *parts, int count, ssize_t sent)
{
    add(e, "\tfd=%d", fd);
    if (is_logging() && sent > 0) add_data(e, parts, count, (size_t)sent);
    return (ssize_t)finish(e, sent);
}

static void begin_on_fd(struct event *e, const char *name, int fd, const char *path)
{
    begin(e, name);
    add(e, "\tfd=%d", fd);
    add_text(e, "path", path);
    add_inode(e, fd);
}

/* `offset` is where the first octet went; -1: where the descriptor stands now, less what was written. */
static ssize_t finish_write(struct event *e, int fd, const struct iovec *parts, int count, ssize_t result, long long offset)
{
    mark(fd, 1);
    if (result >= 0 && is_logging()) {
        add(e, "\toffset=%lld", offset >= 0 ? offset : (long long)lseek(fd, 0, SEEK_CUR) - result);
        add_data(e, parts, count, (size_t)result);
    }
    return (ssize_t)finish(e, result);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    NEXT(write);
    char path[path_size];
    const struct iovec part = {(void *)(uintptr_t)bytes, size};
    const enum sort sort = is_ours() ? sort_of(fd, path) : something_else;
    if (sort != watched_file) {
        struct event out;
        if (sort == outward) begin_uncounted(&out, "send");
        const ssize_t sent = next(fd, bytes, size);
        return sort == outward ? finish_sent(&out, fd, &part, 1, sent) : sent;
    }
    struct event e;
    begin_on_fd(&e, "write", fd, path);
    const ssize_t result = e.error ? -1 : next(fd, bytes, allowed(&e, size));
    return finish_write(&e, fd, &part, 1, result, -1);
}

#define DEFINE_PWRITE(name, offset_type)                                                                               \
    ssize_t name(int fd, const void *bytes, size_t size, offset_type offset)                                           \
    {                                                                                                                  \
        NEXT(name);                                                                                                    \
        char path[path_size];                                                                                          \
        if (!is_ours() || sort_of(fd, path) != watched_file) return next(fd, bytes, size, offset);                             \
        struct event e;                                                                                                \
        begin_on_fd(&e, "pwrite", fd, path);                                                                           \
        const struct iovec part = {(void *)(uintptr_t)bytes, size};                                                    \
        const ssize_t result = e.error ? -1 : next(fd, bytes, allowed(&e, size), offset);                              \
        return finish_write(&e, fd, &part, 1, result, (long long)offset);                                              \
    }

DEFINE_PWRITE(pwrite, off_t)
DEFINE_PWRITE(pwrite64, off64_t)

/* The first part of a vector when there is to be less than all: a short write, which every caller must expect. */
static int allowed_parts(const struct event *e, int count)
{
    return allowed(e, 2) < 2 && count > 1 ? count / 2 : count;
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    NEXT(writev);
    char path[path_size];
    const enum sort sort = is_ours() ? sort_of(fd, path) : something_else;
    if (sort != watched_file) {
        struct event out;
        if (sort == outward) begin_uncounted(&out, "send");
        const ssize_t sent = next(fd, parts, count);
        return sort == outward ? finish_sent(&out, fd, parts, count, sent) : sent;
    }
    struct event e;
    begin_on_fd(&e, "writev", fd, path);
    const ssize_t result = e.error ? -1 : next(fd, parts, allowed_parts(&e, count));
    return finish_write(&e, fd, parts, count, result, -1);
}

#define DEFINE_PWRITEV(name, offset_type)                                                                              \
    ssize_t name(int fd, const struct iovec *parts, int count, offset_type offset)                                     \
    {                                                                                                                  \
        NEXT(name);                                                                                                    \
        char path[path_size];                                                                                          \
        if (!is_ours() || sort_of(fd, path) != watched_file) return next(fd, parts, count, offset);                            \
        struct event e;                                                                                                \
        begin_on_fd(&e, "pwritev", fd, path);                                                                          \
        const ssize_t result = e.error ? -1 : next(fd, parts, allowed_parts(&e, count), offset);                       \
        return finish_write(&e, fd, parts, count, result, (long long)offset);                                          \
    }

DEFINE_PWRITEV(pwritev, off_t)
DEFINE_PWRITEV(pwritev64, off64_t)

ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
    NEXT(send);
    if (!is_ours()) return next(fd, bytes, size, flags);
    const struct iovec part = {(void *)(uintptr_t)bytes, size};
    struct event e;
    begin_uncounted(&e, "send");
    return finish_sent(&e, fd, &part, 1, next(fd, bytes, size, flags));
}

/* ---- length and durability ---------------------------------------------------------------------------------------- */

#define DEFINE_ON_FD(name, called, parameters, logged, ...)                                                            \
    int name parameters                                                                                                \
    {                                                                                                                  \
        NEXT(name);                                                                                                    \
        char path[path_size];                                                                                          \
        struct stat about;                                                                                             \
        if (!is_ours() || fstat(fd, &about) != 0 || !(S_ISREG(about.st_mode) || S_ISDIR(about.st_mode)) ||             \
            !path_of_fd(fd, path) || !is_watched_path(path))                                                           \
            return next(__VA_ARGS__);                                                                                  \
        struct event e;                                                                                                \
        begin_on_fd(&e, called, fd, path);                                                                             \
        logged;                                                                                                        \
        return (int)finish(&e, e.error ? -1 : next(__VA_ARGS__));                                                      \
    }

DEFINE_ON_FD(ftruncate, "ftruncate", (int fd, off_t length), add(&e, "\tsize=%lld", (long long)length), fd, length)
DEFINE_ON_FD(ftruncate64, "ftruncate", (int fd, off64_t length), add(&e, "\tsize=%lld", (long long)length), fd, length)
DEFINE_ON_FD(fallocate, "fallocate", (int fd, int mode, off_t offset, off_t length),
             add(&e, "\tmode=%d\toffset=%lld\tlength=%lld", mode, (long long)offset, (long long)length), fd, mode, offset, length)
DEFINE_ON_FD(fallocate64, "fallocate", (int fd, int mode, off64_t offset, off64_t length),
             add(&e, "\tmode=%d\toffset=%lld\tlength=%lld", mode, (long long)offset, (long long)length), fd, mode, offset, length)

/* A program that forgets its syncs, made of one that does not (FAULT_SHIM_NO_FOLDER_SYNC, FAULT_SHIM_NO_SYNC): the call is not made, and not seen. */
#define DEFINE_SYNC(name)                                                                                              \
    int name(int fd)                                                                                                   \
    {                                                                                                                  \
        NEXT(name);                                                                                                    \
        char path[path_size];                                                                                          \
        struct stat about;                                                                                             \
        if (!is_ours() || fstat(fd, &about) != 0 || !(S_ISREG(about.st_mode) || S_ISDIR(about.st_mode)) ||             \
            !path_of_fd(fd, path) || !is_watched_path(path))                                                           \
            return next(fd);                                                                                           \
        if (S_ISDIR(about.st_mode) ? forgets_folders() : forgets_files()) return 0;                                    \
        struct event e;                                                                                                \
        begin_on_fd(&e, #name, fd, path);                                                                              \
        return (int)finish(&e, e.error ? -1 : next(fd));                                                               \
    }

DEFINE_SYNC(fsync)
DEFINE_SYNC(fdatasync)

/* Returns its error instead of setting errno. */
#define DEFINE_POSIX_FALLOCATE(name, offset_type)                                                                      \
    int name(int fd, offset_type offset, offset_type length)                                                           \
    {                                                                                                                  \
        NEXT(name);                                                                                                    \
        char path[path_size];                                                                                          \
        if (!is_ours() || sort_of(fd, path) != watched_file) return next(fd, offset, length);                                  \
        struct event e;                                                                                                \
        begin_on_fd(&e, "fallocate", fd, path);                                                                        \
        add(&e, "\tmode=0\toffset=%lld\tlength=%lld", (long long)offset, (long long)length);                           \
        const int error = e.error ? e.error : next(fd, offset, length);                                                \
        errno = error;                                                                                                 \
        finish(&e, error ? -1 : 0);                                                                                    \
        return error;                                                                                                  \
    }

DEFINE_POSIX_FALLOCATE(posix_fallocate, off_t)
DEFINE_POSIX_FALLOCATE(posix_fallocate64, off64_t)

/* ---- names -------------------------------------------------------------------------------------------------------- */

#define DEFINE_ON_PATH(name, called, parameters, folder, path, logged, ...)                                            \
    int name parameters                                                                                                \
    {                                                                                                                  \
        NEXT(name);                                                                                                    \
        char resolved[path_size];                                                                                      \
        if (is_ours()) resolve(folder, path, resolved);                                                                \
        if (!is_ours() || !is_watched_path(resolved)) return next(__VA_ARGS__);                                        \
        struct event e;                                                                                                \
        begin(&e, called);                                                                                             \
        add_text(&e, "path", resolved);                                                                                \
        logged;                                                                                                        \
        return (int)finish(&e, e.error ? -1 : next(__VA_ARGS__));                                                      \
    }

DEFINE_ON_PATH(unlink, "unlink", (const char *path), AT_FDCWD, path, (void)0, path)
DEFINE_ON_PATH(unlinkat, flags &AT_REMOVEDIR ? "rmdir" : "unlink", (int folder, const char *path, int flags), folder, path,
               (void)0, folder, path, flags)
DEFINE_ON_PATH(remove, "remove", (const char *path), AT_FDCWD, path, (void)0, path)
DEFINE_ON_PATH(rmdir, "rmdir", (const char *path), AT_FDCWD, path, (void)0, path)
DEFINE_ON_PATH(mkdir, "mkdir", (const char *path, mode_t mode), AT_FDCWD, path, (void)0, path, mode)
DEFINE_ON_PATH(mkdirat, "mkdir", (int folder, const char *path, mode_t mode), folder, path, (void)0, folder, path, mode)
DEFINE_ON_PATH(truncate, "truncate", (const char *path, off_t length), AT_FDCWD, path,
               add(&e, "\tsize=%lld", (long long)length), path, length)
DEFINE_ON_PATH(truncate64, "truncate", (const char *path, off64_t length), AT_FDCWD, path,
               add(&e, "\tsize=%lld", (long long)length), path, length)
DEFINE_ON_PATH(symlink, "symlink", (const char *target, const char *path), AT_FDCWD, path, add_text(&e, "target", target), target,
               path)

#define DEFINE_ON_TWO(name, called, parameters, old_folder, new_folder, logged, ...)                                   \
    int name parameters                                                                                                \
    {                                                                                                                  \
        NEXT(name);                                                                                                    \
        char old_path[path_size], new_path[path_size];                                                                 \
        if (is_ours()) {                                                                                               \
            resolve(old_folder, from, old_path);                                                                       \
            resolve(new_folder, to, new_path);                                                                         \
        }                                                                                                              \
        if (!is_ours() || !(is_watched_path(old_path) || is_watched_path(new_path))) return next(__VA_ARGS__);         \
        struct event e;                                                                                                \
        begin(&e, called);                                                                                             \
        add_text(&e, "path", old_path);                                                                                \
        add_text(&e, "to", new_path);                                                                                  \
        logged;                                                                                                        \
        return (int)finish(&e, e.error ? -1 : next(__VA_ARGS__));                                                      \
    }

DEFINE_ON_TWO(rename, "rename", (const char *from, const char *to), AT_FDCWD, AT_FDCWD, (void)0, from, to)
DEFINE_ON_TWO(renameat, "rename", (int from_folder, const char *from, int to_folder, const char *to), from_folder, to_folder,
              (void)0, from_folder, from, to_folder, to)
DEFINE_ON_TWO(renameat2, "rename", (int from_folder, const char *from, int to_folder, const char *to, unsigned flags),
              from_folder, to_folder, add(&e, "\tflags=%u", flags), from_folder, from, to_folder, to, flags)
DEFINE_ON_TWO(link, "link", (const char *from, const char *to), AT_FDCWD, AT_FDCWD, (void)0, from, to)
DEFINE_ON_TWO(linkat, "link", (int from_folder, const char *from, int to_folder, const char *to, int flags), from_folder,
              to_folder, (void)0, from_folder, from, to_folder, to, flags)
