#pragma once
// A run that publishes what was promised, in a process of its own that is killed at a call.

#include <vector>

#include "support/child.hpp"
#include "support/faults.hpp"

#include "stand.hpp"

namespace popfetch::test {

/// What the process ended with: killed_status, or 0 when it came through.
inline int publish_and_be_killed(Stand& stand, const std::vector<delivery::Receipt>& receipts, const Strike& strike)
{
    return exit_status_of([&] {
        auto target = stand.start(receipts);
        const Faults faults{strike};
        return all_are(target->publish(receipts), delivery::Outcome::Kind::published) ? 0 : 1;
    });
}

}
