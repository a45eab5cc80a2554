#include "amount.hpp"

#include <cstdio>

#include <popfetch/base/units.hpp>

namespace popfetch::cli {

std::string counted(std::uint64_t count, std::string_view thing)
{
    return (base::format_count(count) + " ").append(thing) + (count == 1 ? "" : "s");
}

std::string amount(std::uint64_t messages, std::uint64_t octets)
{
    if (messages == 0) return "no messages";
    return counted(messages, "message") + ", " +
           (octets < 1024 ? counted(octets, "octet") : base::format_total(octets));
}

std::string seconds(std::chrono::milliseconds time)
{
    char text[32];
    (void)std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(time.count()) / 1000.0);
    return text;
}

}
