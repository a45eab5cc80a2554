/* A program small enough to see through, for testing the tools: replaces FOLDER/file by "new…" and says so on standard output.
 *
 *   safe_write FOLDER safe          new file, synced, renamed, folder synced
 *   safe_write FOLDER no-file-sync  the same without the sync of the file
 *   safe_write FOLDER no-folder-sync, in-place, early (says so before the folder is synced) */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void require(int fine, const char *what)
{
    if (fine) return;
    perror(what);
    _exit(74);
}

static void say_done(void) { require(write(STDOUT_FILENO, "done\n", 5) == 5, "stdout"); }

static void fill(int fd)
{
    char bytes[9000];
    memset(bytes, 'n', sizeof bytes);
    for (size_t at = 0; at < sizeof bytes;) {
        const ssize_t n = write(fd, bytes + at, sizeof bytes - at);
        require(n > 0, "write");
        at += (size_t)n;
    }
}

int main(int count, char **arguments)
{
    if (count != 3 || chdir(arguments[1]) != 0) return 64;
    const char *const way = arguments[2];
    if (strcmp(way, "in-place") == 0) {
        const int fd = open("file", O_WRONLY | O_TRUNC | O_CLOEXEC);
        require(fd >= 0, "open");
        fill(fd);
        require(fsync(fd) == 0, "fsync");
        say_done();
        return 0;
    }
    const int fd = open("file.tmp", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    require(fd >= 0, "open");
    fill(fd);
    if (strcmp(way, "no-file-sync") != 0) require(fsync(fd) == 0, "fsync");
    require(close(fd) == 0, "close");
    require(rename("file.tmp", "file") == 0, "rename");
    if (strcmp(way, "early") == 0) say_done();
    if (strcmp(way, "no-folder-sync") != 0) {
        const int folder = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        require(folder >= 0 && fsync(folder) == 0, "sync of the folder");
    }
    if (strcmp(way, "early") != 0) say_done();
    return 0;
}
