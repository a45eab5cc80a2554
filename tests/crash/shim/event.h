/* What the preloaded library knows of one call, and of what it was asked to do. README.md describes the use. */
#ifndef POPFETCH_TESTS_CRASH_SHIM_EVENT_H
#define POPFETCH_TESTS_CRASH_SHIM_EVENT_H

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

enum { path_size = PATH_MAX + 64 };

struct event {
    const char *name;
    int error;      /* it fails with this and is not made */
    long number;    /* 0: only written down */
    size_t used;
    char line[8 * path_size];
};

/* True in the process that was started with the library, outside of the library itself. */
int is_ours(void);

/* From begin to finish the process makes no other call. begin() may kill; finish() writes the log line, may kill, sets errno. */
void begin(struct event *e, const char *name);
long long finish(struct event *e, long long result);
/* For what left the process through a socket or pipe: neither counted nor hindered. */
void begin_uncounted(struct event *e, const char *name);

/* How many of so many octets a write may take. */
size_t allowed(const struct event *e, size_t size);
int is_logging(void);
int forgets_folders(void);
int forgets_files(void);

/* Fields of the log line. */
void add(struct event *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
void add_text(struct event *e, const char *key, const char *text);
void add_inode(struct event *e, int fd);
void add_data(struct event *e, const struct iovec *parts, int count, size_t size);

/* Paths are absolute; the folder is without links, the last part as it is. */
void resolve(int folder, const char *path, char *resolved);
int path_of_fd(int fd, char *path);
int is_watched_path(const char *path);

#endif
