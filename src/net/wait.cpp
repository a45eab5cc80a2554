#include "wait.hpp"

#include <array>
#include <cerrno>
#include <vector>

#include <popfetch/base/error.hpp>
#include <popfetch/base/interrupt.hpp>

namespace popfetch::net {

namespace {

// poll(2) ignores -1.
int descriptor_of_signals(Deadline deadline) { return deadline.heeds_signals() ? base::wake_descriptor() : -1; }

/// `all` ends with the descriptor that a signal makes readable.
bool wait_woken(std::span<pollfd> all, Deadline deadline)
{
    for (;;) {
        deadline.throw_if_interrupted();
        const int ready = poll(all.data(), all.size(), static_cast<int>(deadline.left().count()));
        if (ready < 0 && errno != EINTR) throw base::SystemError{"wait for", "the network", errno};
        deadline.throw_if_interrupted();
        if (ready > 0) return true;
        if (deadline.passed()) return false;
    }
}

}

bool wait_for(std::span<pollfd> descriptors, Deadline deadline)
{
    std::vector<pollfd> all{descriptors.begin(), descriptors.end()};
    all.push_back({descriptor_of_signals(deadline), POLLIN, 0});
    const bool ready = wait_woken(all, deadline);
    for (std::size_t i = 0; i < descriptors.size(); ++i) descriptors[i].revents = all[i].revents;
    return ready;
}

bool wait_for(int descriptor, short events, Deadline deadline)
{
    std::array<pollfd, 2> all{{{descriptor, events, 0}, {descriptor_of_signals(deadline), POLLIN, 0}}};
    return wait_woken(all, deadline);
}

}
