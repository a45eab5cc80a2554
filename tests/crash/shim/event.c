/* A library to be preloaded (LD_PRELOAD) that stands between a program and its files. It counts the calls that change files, and
 * kills the process at the n-th, lets the n-th fail, or writes down what every one did. README.md says how to use it.
 *
 *   FAULT_SHIM_UNDER=DIR[:DIR…]              only what lies below these folders; without it every regular file and folder
 *   FAULT_SHIM_KILL=before:N|during:N|after:N  SIGKILL around call N; during: half of a write has been done
 *   FAULT_SHIM_FAIL=N:ERRNO[:forever]        call N fails and is not made; forever: every later one fails too
 *   FAULT_SHIM_SHORT=1                       no write takes more than half of what it is given
 *   FAULT_SHIM_NO_FOLDER_SYNC=1              fsync of a folder does nothing: a control that a power cut must find
 *   FAULT_SHIM_NO_SYNC=1                     nor does that of a file
 *   FAULT_SHIM_LOG=FILE                      one line for each call; the data written goes to FILE.data
 *
 * It acts in the process that was started with it and in no child of that process. What the library itself does goes to the
 * kernel directly. Calls are made one at a time, so the log is the order in which they happened. */
#define _GNU_SOURCE
#include "event.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { most_roots = 8 };

/* ---- what was asked for, read once -------------------------------------------------------------------------------- */

static pid_t owner;
static char roots[most_roots][path_size];
static size_t root_count;
static long kill_before, kill_during, kill_after, fail_at;
static int fail_with, fail_forever, short_writes, no_folder_sync, no_sync;
static int log_fd = -1, data_fd = -1;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static __thread int inside; /* a signal handler may come in the middle of a call */

/* ---- state, under the mutex --------------------------------------------------------------------------------------- */

static long counted;
static long long data_size;

static int errno_of(const char *name)
{
    static const struct {
        const char *name;
        int number;
    } known[] = {{"EIO", EIO},       {"ENOSPC", ENOSPC}, {"EDQUOT", EDQUOT}, {"EROFS", EROFS}, {"EACCES", EACCES},
                 {"EPERM", EPERM},   {"EINTR", EINTR},   {"EMFILE", EMFILE}, {"ENFILE", ENFILE}, {"ENOMEM", ENOMEM},
                 {"EFBIG", EFBIG},   {"ENOENT", ENOENT}, {"EEXIST", EEXIST}, {"EXDEV", EXDEV},   {"ESTALE", ESTALE},
                 {"EINVAL", EINVAL}};
    for (size_t i = 0; i < sizeof known / sizeof *known; ++i)
        if (strcmp(name, known[i].name) == 0) return known[i].number;
    return atoi(name);
}

static void read_kill(const char *text)
{
    if (strncmp(text, "before:", 7) == 0) kill_before = atol(text + 7);
    if (strncmp(text, "during:", 7) == 0) kill_during = atol(text + 7);
    if (strncmp(text, "after:", 6) == 0) kill_after = atol(text + 6);
}

static void read_fail(const char *text)
{
    char word[32] = "";
    const char *const name = strchr(text, ':');
    if (!name) return;
    fail_at = atol(text);
    const char *const end = strchrnul(name + 1, ':');
    const size_t length = (size_t)(end - name - 1);
    if (length >= sizeof word) return;
    memcpy(word, name + 1, length);
    fail_with = errno_of(word);
    fail_forever = strcmp(end, ":forever") == 0;
}

static void read_roots(const char *text)
{
    while (*text && root_count < most_roots) {
        const char *const end = strchrnul(text, ':');
        char name[path_size];
        snprintf(name, sizeof name, "%.*s", (int)(end - text), text);
        char *const real = realpath(name, NULL);
        snprintf(roots[root_count++], path_size, "%s", real ? real : name);
        free(real);
        text = *end ? end + 1 : end;
    }
}

static int open_log(const char *path, const char *suffix)
{
    char name[path_size];
    snprintf(name, sizeof name, "%s%s", path, suffix);
    const int fd = (int)syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) _exit(126); /* a harness without its log would find everything safe */
    return fd;
}

static void set_up(void)
{
    const char *value = getenv("FAULT_SHIM_PID");
    owner = value ? (pid_t)atol(value) : getpid();
    char text[32];
    snprintf(text, sizeof text, "%ld", (long)owner);
    setenv("FAULT_SHIM_PID", text, 1);
    if (owner != getpid()) return;
    if ((value = getenv("FAULT_SHIM_UNDER"))) read_roots(value);
    if ((value = getenv("FAULT_SHIM_KILL"))) read_kill(value);
    if ((value = getenv("FAULT_SHIM_FAIL"))) read_fail(value);
    short_writes = getenv("FAULT_SHIM_SHORT") != NULL;
    no_folder_sync = getenv("FAULT_SHIM_NO_FOLDER_SYNC") != NULL;
    no_sync = getenv("FAULT_SHIM_NO_SYNC") != NULL;
    if ((value = getenv("FAULT_SHIM_LOG"))) {
        log_fd = open_log(value, "");
        data_fd = open_log(value, ".data");
    }
}

__attribute__((constructor)) static void on_load(void) { pthread_once(&once, set_up); }

/* ---- names -------------------------------------------------------------------------------------------------------- */

int is_watched_path(const char *path)
{
    if (path[0] != '/') return 0;
    for (size_t i = 0; i < root_count; ++i) {
        const size_t length = strlen(roots[i]);
        if (strncmp(path, roots[i], length) == 0 && (path[length] == '/' || path[length] == '\0')) return 1;
    }
    if (root_count > 0) return 0;
    return strncmp(path, "/dev/", 5) != 0 && strncmp(path, "/proc/", 6) != 0 && strncmp(path, "/sys/", 5) != 0;
}

int path_of_fd(int fd, char *path)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t length = readlink(link, path, path_size - 1);
    path[length > 0 ? length : 0] = '\0';
    char *const deleted = strstr(path, " (deleted)");
    if (deleted && deleted[10] == '\0') *deleted = '\0';
    return length > 0;
}

static void start_of(int folder, char *start)
{
    if (folder != AT_FDCWD) {
        path_of_fd(folder, start);
    } else if (!getcwd(start, path_size)) {
        start[0] = '\0';
    }
}

void resolve(int folder, const char *path, char *resolved)
{
    char whole[2 * path_size], start[path_size] = "";
    if (path[0] != '/') start_of(folder, start);
    snprintf(whole, sizeof whole, "%s%s%s", start, start[0] ? "/" : "", path);
    size_t length = strlen(whole);
    while (length > 1 && whole[length - 1] == '/') whole[--length] = '\0';
    char *const slash = strrchr(whole, '/');
    if (!slash) {
        resolved[0] = '\0';
        return;
    }
    *slash = '\0';
    char *const real = realpath(slash == whole ? "/" : whole, NULL);
    const char *const parent = real ? real : whole;
    const int wanted = snprintf(resolved, path_size, "%s/%s", strcmp(parent, "/") == 0 ? "" : parent, slash + 1);
    if (wanted >= path_size) resolved[0] = '\0'; /* longer than the kernel takes */
    free(real);
}

/* ---- one call ----------------------------------------------------------------------------------------------------- */

static void die(void)
{
    syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
    for (;;) pause();
}

void add(struct event *e, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const size_t room = sizeof e->line - e->used;
    const int length = vsnprintf(e->line + e->used, room, format, arguments);
    va_end(arguments);
    if (length > 0) e->used += (size_t)length < room ? (size_t)length : room - 1;
}

/* Percent-encoded: a name may hold anything but NUL. */
void add_text(struct event *e, const char *key, const char *text)
{
    add(e, "\t%s=", key);
    for (; *text; ++text) {
        const unsigned char c = (unsigned char)*text;
        if (c <= ' ' || c == '%' || c >= 127)
            add(e, "%%%02X", c);
        else
            add(e, "%c", c);
    }
}

void add_inode(struct event *e, int fd)
{
    struct stat about;
    if (fd >= 0 && fstat(fd, &about) == 0)
        add(e, "\tino=%llu:%llu\tkind=%s", (unsigned long long)about.st_dev, (unsigned long long)about.st_ino,
            S_ISDIR(about.st_mode) ? "folder" : "file");
}

static void write_fully(int fd, const void *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        const ssize_t n = syscall(SYS_write, fd, (const char *)bytes + done, size - done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) _exit(126);
        done += (size_t)n;
    }
}

void add_data(struct event *e, const struct iovec *parts, int count, size_t size)
{
    add(e, "\tdata=%lld", data_size);
    add(e, "\tlength=%zu", size);
    for (int i = 0; i < count && size > 0; ++i) {
        const size_t some = parts[i].iov_len < size ? parts[i].iov_len : size;
        write_fully(data_fd, parts[i].iov_base, some);
        data_size += (long long)some;
        size -= some;
    }
}

int is_ours(void)
{
    pthread_once(&once, set_up);
    return owner == getpid() && !inside;
}

/* Room on the disk does not matter to what gives some back. */
static int fails_without_space(const char *name)
{
    static const char *const giving[] = {"unlink", "unlinkat", "remove", "rmdir", "close", "ftruncate", "truncate"};
    for (size_t i = 0; i < sizeof giving / sizeof *giving; ++i)
        if (strcmp(name, giving[i]) == 0) return 0;
    return 1;
}

static int must_fail(const struct event *e)
{
    if (fail_at == 0 || e->number < fail_at) return 0;
    if (e->number == fail_at) return 1;
    if (!fail_forever) return 0;
    return (fail_with != ENOSPC && fail_with != EDQUOT) || fails_without_space(e->name);
}

void begin_uncounted(struct event *e, const char *name)
{
    inside = 1;
    pthread_mutex_lock(&mutex);
    memset(e, 0, offsetof(struct event, line));
    e->name = name;
}

void begin(struct event *e, const char *name)
{
    begin_uncounted(e, name);
    e->number = ++counted;
    if (e->number == kill_before) die();
    if (must_fail(e)) e->error = fail_with;
}

static void write_log(const struct event *e, long long result, int error)
{
    char start[128];
    const int length = snprintf(start, sizeof start, "%ld\t%s\t%lld\t%d", e->number, e->name, result, error);
    write_fully(log_fd, start, (size_t)length);
    write_fully(log_fd, e->line, e->used);
    write_fully(log_fd, "\n", 1);
}

long long finish(struct event *e, long long result)
{
    const int error = e->error ? e->error : result < 0 ? errno : 0;
    if (log_fd >= 0) write_log(e, result, error);
    if (e->number > 0 && (e->number == kill_after || e->number == kill_during)) die();
    pthread_mutex_unlock(&mutex);
    inside = 0;
    errno = error ? error : errno;
    return result;
}

size_t allowed(const struct event *e, size_t size)
{
    return (short_writes || e->number == kill_during) && size > 1 ? (size + 1) / 2 : size;
}

int is_logging(void) { return log_fd >= 0; }
int forgets_folders(void) { return no_folder_sync || no_sync; }
int forgets_files(void) { return no_sync; }
