#pragma once
// Runs a piece of a test in a process of its own: for what changes the process, or ends it.

#include <cstdlib>
#include <stdexcept>

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace popfetch::test {

/// The wait(2) status of a child that runs `body` and exits with what it returns; 99 when it throws.
template<typename Body>
int wait_status_of(Body body)
{
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error{"cannot fork"};
    if (child == 0) {
        int status = 99;
        try {
            status = body();
        } catch (...) { // what it threw says nothing to the parent
        }
        ::_exit(status);
    }
    int status = 0;
    if (::waitpid(child, &status, 0) != child) throw std::runtime_error{"lost the child"};
    return status;
}

/// The exit status of such a child; 128 + n when signal n ended it.
template<typename Body>
int exit_status_of(Body body)
{
    const int status = wait_status_of(body);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}
