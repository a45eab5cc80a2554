#pragma once
// A Stream to the server through a command that speaks to it on its standard input and output.

#include <memory>
#include <string>

#include <popfetch/net/dial.hpp>

#include "proxy.hpp"
#include "tunnel_program.hpp"

namespace popfetch::net {

class TunnelStream final : public Stream {
public:
    /// Throws ConnectionError "net.proxy" when the command cannot be started.
    TunnelStream(const TunnelCommand& command, const Destination& destination, std::string peer);

    /// When the command ends badly, or before it has brought a single octet, that is "net.proxy" with its own words.
    std::size_t read_some(std::span<char> into, Deadline deadline) override;
    void write_all(std::string_view bytes, Deadline deadline) override;
    const std::string& peer() const override { return peer_; }
    bool local() const override { return true; }
    int descriptor() const override { return tunnel_.socket(); }

private:
    bool wait(short events, Deadline deadline);
    std::size_t at_end();
    ConnectionError fault();

    std::string peer_;
    std::string program_;
    TunnelProgram tunnel_;
    bool heard_ = false;
};

}
