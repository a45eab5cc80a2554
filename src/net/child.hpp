#pragma once
// A program started without a shell, with one socket as its input and output and a pipe for its complaints, in a
// process group of its own. It ends with this object, and so do its children.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include <popfetch/base/fd.hpp>

namespace popfetch::net {

class Child {
public:
    /// Throws ConnectionError "net.proxy" when it cannot be started. The name of the program is looked up in PATH.
    Child(const std::vector<std::string>& argv, const std::string& peer);
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    /// SIGTERM, a moment of grace, SIGKILL; always reaped.
    ~Child();

    int socket() const { return socket_.get(); }
    /// Non-blocking; -1 once its end was seen.
    int complaints() const { return complaints_.get(); }

    /// Takes what it wrote to its standard error, of which the first 64 KiB are kept.
    void take_complaints();
    const std::string& said() const { return said_; }

    /// How it ended: "status 255", "signal 9"; nothing while it runs.
    std::optional<std::string> ending() const;
    bool ended_well() const;

private:
    bool wait_for_end(std::chrono::milliseconds grace) const;

    base::Fd socket_;
    base::Fd complaints_;
    std::string said_;
    pid_t pid_ = -1;
};

}
