#pragma once
// The program of a tunnel: one socket is its input and output, and a pipe takes its complaints. It ends with this
// object, and so do its children.

#include <optional>
#include <string>
#include <vector>

#include <popfetch/base/child.hpp>

namespace popfetch::net {

class TunnelProgram {
public:
    /// Throws ConnectionError "net.proxy" when it cannot be started. The name of the program is looked up in PATH.
    TunnelProgram(const std::vector<std::string>& argv, const std::string& peer);
    TunnelProgram(const TunnelProgram&) = delete;
    TunnelProgram& operator=(const TunnelProgram&) = delete;
    /// SIGTERM, a moment of grace, SIGKILL; always reaped.
    ~TunnelProgram();

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
    base::Fd socket_;
    base::Fd complaints_;
    std::string said_;
    std::optional<base::Child> child_; // made when its descriptors are
};

}
