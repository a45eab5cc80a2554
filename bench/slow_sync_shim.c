/* A slow disk, to be preloaded: what a drive costs whose cache must be flushed.
 *
 * A sync waits SLOW_SYNC_MS milliseconds (5) if anything was written to a file, or any name made or changed, since the last completed
 * sync began, and nothing otherwise; syncs that wait at the same time share one flush. Nothing is written to the real disk by a
 * sync: only the model is measured. Starting write-back (sync_file_range) is free, as it does not flush a drive.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static atomic_ulong written = 1;
static unsigned long flushed;
static int flushing;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t done = PTHREAD_COND_INITIALIZER;

#define REAL(name) ({ static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name); real; })

static void wait_for_the_drive(void)
{
    const char* setting = getenv("SLOW_SYNC_MS");
    const long milliseconds = setting ? atol(setting) : 5;
    const struct timespec pause = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    nanosleep(&pause, NULL);
}

static int flush(void)
{
    const unsigned long mine = atomic_load(&written);
    pthread_mutex_lock(&lock);
    while (flushed < mine) {
        if (flushing) {
            pthread_cond_wait(&done, &lock);
            continue;
        }
        flushing = 1;
        const unsigned long covered = atomic_load(&written);
        pthread_mutex_unlock(&lock);
        wait_for_the_drive();
        pthread_mutex_lock(&lock);
        flushed = covered;
        flushing = 0;
        pthread_cond_broadcast(&done);
    }
    pthread_mutex_unlock(&lock);
    return 0;
}

static int is_a_file(int fd)
{
    struct stat about;
    return fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
}

static void wrote(int fd)
{
    if (is_a_file(fd)) atomic_fetch_add(&written, 1);
}

static int changed(int result)
{
    if (result == 0) atomic_fetch_add(&written, 1);
    return result;
}

int fsync(int fd) { return fcntl(fd, F_GETFD) == -1 ? -1 : flush(); }
int fdatasync(int fd) { return fcntl(fd, F_GETFD) == -1 ? -1 : flush(); }
int syncfs(int fd) { return fcntl(fd, F_GETFD) == -1 ? -1 : flush(); }
void sync(void) { (void)flush(); }
int sync_file_range(int fd, off64_t offset, off64_t count, unsigned flags)
{
    (void)offset, (void)count, (void)flags;
    return fcntl(fd, F_GETFD) == -1 ? -1 : 0;
}

ssize_t write(int fd, const void* data, size_t size) { wrote(fd); return REAL(write)(fd, data, size); }
ssize_t writev(int fd, const struct iovec* parts, int count) { wrote(fd); return REAL(writev)(fd, parts, count); }
ssize_t pwrite(int fd, const void* data, size_t size, off_t at) { wrote(fd); return REAL(pwrite)(fd, data, size, at); }
ssize_t pwrite64(int fd, const void* data, size_t size, off64_t at) { wrote(fd); return REAL(pwrite64)(fd, data, size, at); }
int ftruncate(int fd, off_t size) { return changed(REAL(ftruncate)(fd, size)); }
int ftruncate64(int fd, off64_t size) { return changed(REAL(ftruncate64)(fd, size)); }
int link(const char* from, const char* to) { return changed(REAL(link)(from, to)); }
int linkat(int a, const char* from, int b, const char* to, int flags) { return changed(REAL(linkat)(a, from, b, to, flags)); }
int unlink(const char* name) { return changed(REAL(unlink)(name)); }
int unlinkat(int a, const char* name, int flags) { return changed(REAL(unlinkat)(a, name, flags)); }
int rename(const char* from, const char* to) { return changed(REAL(rename)(from, to)); }
int renameat(int a, const char* from, int b, const char* to) { return changed(REAL(renameat)(a, from, b, to)); }
int renameat2(int a, const char* from, int b, const char* to, unsigned flags)
{
    return changed(REAL(renameat2)(a, from, b, to, flags));
}

/* stdio does not pass through write(2) above: a stream that is flushed or closed counts as written. */
int fflush(FILE* stream)
{
    if (stream) wrote(fileno(stream));
    return REAL(fflush)(stream);
}
int fclose(FILE* stream)
{
    wrote(fileno(stream));
    return REAL(fclose)(stream);
}
