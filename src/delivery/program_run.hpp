#pragma once
// Running a program to its end, for a bounded time: its input a file, what it prints kept for the error message.

#include <chrono>
#include <string>

#include <popfetch/base/child.hpp>

namespace popfetch::delivery {

struct Ending {
    enum class Kind { exited, signalled, timed_out, not_started };
    Kind kind = Kind::exited;
    int number = 0;     // exit status, signal or errno
    std::string output; // the last 64 KiB of what it wrote to stdout and stderr
};

/// `program` without output and errors: those are read here. Ends the whole group when time is up. After a signal to us
/// it has two seconds left, then Interrupted is thrown. A grandchild that outlives the program is left alone, and not
/// waited for.
Ending run(base::Program program, std::chrono::milliseconds timeout);

}
