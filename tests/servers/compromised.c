/* A parser that a server has taken over: preloaded into popfetch, it answers the first octets that come from the server
 * by trying what a thief would try, and says on standard error how each attempt ended: "thief: WHAT: NUMBER" (0: done).
 * THIEF_READS and THIEF_WRITES are the files, THIEF_CALLS is a port of this machine. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static void say(const char* what, int outcome) { dprintf(STDERR_FILENO, "thief: %s: %d\n", what, outcome); }

static void try_to_open(const char* what, const char* path, int flags)
{
    if (path == NULL) return;
    const int fd = open(path, flags | O_CLOEXEC, 0600);
    say(what, fd < 0 ? errno : 0);
    if (fd >= 0) close(fd);
}

static void try_to_call(const char* port)
{
    if (port == NULL) return;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    say("call", connect(fd, (const struct sockaddr*)&address, sizeof address) == 0 ? 0 : errno);
    close(fd);
}

static void steal(void)
{
    try_to_open("read", getenv("THIEF_READS"), O_RDONLY);
    try_to_open("write", getenv("THIEF_WRITES"), O_WRONLY | O_CREAT);
    try_to_open("read the password", getenv("THIEF_WANTS"), O_RDONLY);
    try_to_call(getenv("THIEF_CALLS"));
    struct rlimit core = {1, 1};
    getrlimit(RLIMIT_CORE, &core);
    say("core", (int)core.rlim_max);
    say("privileges", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 1);
}

ssize_t recv(int fd, void* into, size_t size, int flags)
{
    static ssize_t (*proper)(int, void*, size_t, int);
    static int done;
    if (proper == NULL) *(void**)&proper = dlsym(RTLD_NEXT, "recv");
    const ssize_t got = proper(fd, into, size, flags);
    const int error = errno;
    if (got > 0 && !__atomic_exchange_n(&done, 1, __ATOMIC_SEQ_CST)) steal();
    errno = error;
    return got;
}
