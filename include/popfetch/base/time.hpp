#pragma once
// Wall-clock time, as a value that is passed in. Waiting is done with net::Deadline, which is monotonic.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace popfetch::base {

using WallTime = std::chrono::sys_seconds;
using Clock = std::function<WallTime()>;

WallTime wall_clock();

/// RFC 3339 in UTC: 2026-11-21T08:15:00Z.
std::string to_rfc3339(WallTime time);
/// What to_rfc3339 wrote; nothing for anything else.
std::optional<WallTime> from_rfc3339(std::string_view text);

/// For people, in local time, as ls(1) would: "today 08:15", "14 Nov 09:12", "3 Nov 2019".
std::string to_local(WallTime time, WallTime now);

}
