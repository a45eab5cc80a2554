#include "amount.hpp"

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

}
