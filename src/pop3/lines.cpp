#include "wire.hpp"

namespace popfetch::pop3 {

std::optional<std::string_view> Lines::next()
{
    auto line = wire_.read_line(limits_.line);
    wire_.trace_received(line);
    if (line == ".") return std::nullopt;
    octets_ += line.size() + 2;
    if (++lines_ > limits_.lines || octets_ > limits_.octets)
        wire_.fail("proto.limit",
                   wire_.where(command_) + ": the answer does not end (" + std::to_string(lines_) + " lines so far)");
    if (line.starts_with('.')) line.remove_prefix(1);
    return line;
}

}
