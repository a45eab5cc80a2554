#include <popfetch/base/exit_status.hpp>

#include <algorithm>
#include <array>
#include <csignal>

namespace popfetch::base {

namespace {

// An interruption says that the rest was not tried, so it comes first; then what a person must mend, then what time
// mends.
constexpr std::array by_gravity{
    ExitStatus::interrupted, ExitStatus::terminated,    ExitStatus::usage,   ExitStatus::config,
    ExitStatus::data,        ExitStatus::cannot_create, ExitStatus::io,      ExitStatus::no_permission,
    ExitStatus::protocol,    ExitStatus::unavailable,   ExitStatus::no_host, ExitStatus::temporary,
    ExitStatus::ok,
};

}

ExitStatus gravest(std::span<const ExitStatus> statuses)
{
    for (const ExitStatus status : by_gravity) {
        if (std::ranges::find(statuses, status) != statuses.end()) return status;
    }
    return ExitStatus::ok;
}

ExitStatus status_of_signal(int signal) noexcept
{
    return signal == SIGINT ? ExitStatus::interrupted : ExitStatus::terminated;
}

}
