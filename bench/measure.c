/* Runs one program and says what it cost: measure SECONDS PROGRAM [ARGUMENT...]
 *
 * Writes one JSON object to descriptor 3: wall and CPU seconds (its own and those of the children it waited
 * for), peak memory in KiB, how it ended, whether it was stopped because its time was up. Everything is waited for with wait4.
 *
 * A program of its own because the peak of a child starts at the size of the process that forked it: a large Python would hide the
 * few megabytes that are to be measured. With MEASURE_PRELOAD in the environment, that library is preloaded into the program only.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pid_t child;
static volatile sig_atomic_t late;

static void time_is_up(int signal_number)
{
    late = signal_number == SIGALRM;
    kill(-child, SIGKILL);
}

static double seconds(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec / 1e6; }

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void become(char** command)
{
    const char* preload = getenv("MEASURE_PRELOAD");
    setpgid(0, 0);
    if (preload) setenv("LD_PRELOAD", preload, 1);
    unsetenv("MEASURE_PRELOAD");
    close(3);
    execvp(command[0], command);
    perror(command[0]);
    _exit(127);
}

int main(int count, char** arguments)
{
    if (count < 3) return 2;
    const double start = now();
    child = fork();
    if (child == -1) return 1;
    if (child == 0) become(arguments + 2);
    setpgid(child, child);
    signal(SIGALRM, time_is_up);
    signal(SIGTERM, time_is_up);
    signal(SIGINT, time_is_up);
    alarm((unsigned)atoi(arguments[1]));

    int status = 0;
    struct rusage used;
    while (wait4(child, &status, 0, &used) == -1) {}
    const double wall = now() - start;
    kill(-child, SIGKILL); /* what it left running */
    dprintf(3, "{\"wall\": %.4f, \"cpu\": %.4f, \"peak_kib\": %ld, \"exit\": %d, \"signal\": %d, \"late\": %s}\n", wall,
            seconds(used.ru_utime) + seconds(used.ru_stime), used.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : -1,
            WIFSIGNALED(status) ? WTERMSIG(status) : 0, late ? "true" : "false");
    return 0;
}
