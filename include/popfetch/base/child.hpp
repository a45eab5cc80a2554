#pragma once
// Other programs: found without surprises, started without a shell, ended with all that they started.
//
//     base::Pipe answer;
//     base::Child child{{.file = program, .argv = {"pass", "show", "mail"}, .environment = base::our_environment(),
//                        .output = answer.write.get()}};
//     answer.write.reset();
//
// A child gets its three standard descriptors and no other, no signal blocked or ignored, and a process group of its
// own. Leaves to others: what is said to it, what it says, and how long that may take.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include <popfetch/base/fd.hpp>
#include <popfetch/base/file.hpp>
#include <popfetch/base/user.hpp>

namespace popfetch::base {

/// Both ends close on exec, and neither is 0, 1 or 2, whatever our own parent had closed. Throws SystemError "make".
struct Pipe {
    Pipe();
    Fd read, write;
};

/// PATH, or the usual folders where it is not set.
std::string_view search_path();

/// The program that `name` means: itself when it holds a slash, else the first one in the absolute folders of `search`:
/// where we happen to stand decides nothing (FAULTS C10).
std::optional<Path> find_program(const std::string& name, std::string_view search);

/// "NAME=value"
std::vector<std::string> our_environment();

struct Program {
    Path file; // not looked up
    std::vector<std::string> argv;
    std::vector<std::string> environment{};
    int input = -1, output = -1, errors = -1; // -1: /dev/null
    const User* user = nullptr;               // rights dropped before it starts
    bool own_group = true;                    // false: it shares the terminal with us
};

class Child {
public:
    /// How it ended.
    struct Ending {
        bool by_signal = false;
        int number = 0; // exit status or signal
    };

    /// Throws SystemError "start", also when the program itself cannot be run.
    explicit Child(const Program& program);
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    /// One that still runs is killed with its group. What an ended one has left behind, an agent perhaps, is left
    /// alone.
    ~Child();

    /// Nothing while it runs.
    std::optional<Ending> ending() const noexcept;
    bool wait_until(std::chrono::steady_clock::time_point time) const noexcept;

    /// For poll(2): readable once it has ended; -1 where the system has no such thing.
    int end_descriptor() const noexcept { return end_.get(); }
    /// How long such a poll may take, so that the end is not missed either way.
    std::chrono::milliseconds poll_time(std::chrono::milliseconds left) const noexcept;

    /// SIGTERM for the group, and SIGKILL after `grace`, also for what the program has left behind in its group.
    void end(std::chrono::milliseconds grace) noexcept;

private:
    pid_t pid_ = -1;
    bool own_group_;
    Fd end_;
};

}
