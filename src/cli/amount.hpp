#pragma once
// Counts as people say them.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace popfetch::cli {

/// "1 message", "1,204 messages": `thing` gets its s.
std::string counted(std::uint64_t count, std::string_view thing);
/// "3.2 s"
std::string seconds(std::chrono::milliseconds time);
/// "no messages", "1 message, 121 octets", "410 messages, 24.1M"
std::string amount(std::uint64_t messages, std::uint64_t octets);

}
