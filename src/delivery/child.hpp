#pragma once
// Running a program, without a shell, for a bounded time: in a process group of its own, its input a file, what it
// prints kept for the error message, every other descriptor closed.

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include <popfetch/base/file.hpp>

namespace popfetch::delivery {

/// Whose rights a program gets.
struct User {
    std::string name, home, shell;
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups;

    static std::optional<User> find(const std::string& name);
};

struct Command {
    base::Path program; // a path, not looked up
    std::vector<std::string> argv;
    std::vector<std::string> environment; // "NAME=value"
    int input = -1;
    std::chrono::milliseconds timeout{};
    std::optional<User> user; // rights dropped before the program starts
};

struct Ending {
    enum class Kind { exited, signalled, timed_out, not_started };
    Kind kind = Kind::exited;
    int number = 0;     // exit status, signal or errno
    std::string output; // the last 64 KiB of what it wrote to stdout and stderr
};

/// The program that `name` means: itself when it holds a slash, else the first one in the absolute folders of `search`.
std::optional<base::Path> find_program(const std::string& name, std::string_view search);

/// Ends the whole group when time is up. After a signal to us it has two seconds left, then Interrupted is thrown. A
/// grandchild that outlives the program is left alone, and not waited for.
Ending run(const Command& command);

}
