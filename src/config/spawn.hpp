#pragma once
// Starting a program whose output we read: see command.hpp for what it gets.

#include <string>
#include <vector>

#include <sys/types.h>

#include <popfetch/base/fd.hpp>

namespace popfetch::config {

/// A running program, leader of its own process group. The destructor kills the group and waits, unless it was reaped.
class Child {
public:
    /// Throws base::SystemError "start".
    explicit Child(const std::vector<std::string>& argv);
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child();

    int output() const noexcept { return output_.get(); } // read ends, not blocking
    int errors() const noexcept { return errors_.get(); }

    /// True once it has ended; status() is then its wait status.
    bool has_ended() noexcept;
    int status() const noexcept { return status_; }

private:
    pid_t process_ = -1;
    int status_ = 0;
    base::Fd output_, errors_;
};

/// The file of a program: itself when it has a slash, else looked for in the absolute folders of PATH. Empty: not
/// found.
std::string find_program(const std::string& name);

}
