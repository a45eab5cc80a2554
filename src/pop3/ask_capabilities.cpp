#include "ask_capabilities.hpp"

#include "wire.hpp"

namespace popfetch::pop3 {

Capabilities ask_capabilities(Wire& wire)
{
    wire.send("CAPA");
    return take_capabilities(wire);
}

Capabilities take_capabilities(Wire& wire)
{
    constexpr ReplyLimits limits{1000, 1U << 20, Wire::status_line_limit};
    Capabilities capabilities;
    if (!wire.read_reply("CAPA").ok) return capabilities;
    capabilities.announced = true;
    Lines lines{wire, "CAPA", limits};
    try {
        while (const auto line = lines.next()) capabilities.add_line(*line);
    } catch (const net::ConnectionError& error) {
        if (error.kind() != "net.timeout" || lines.any()) throw;
        throw net::ConnectionError{error.status(), "proto.capa_closed",
                                   wire.where("CAPA") + ": the server answers with one line, and no list comes"};
    }
    return capabilities;
}

}
