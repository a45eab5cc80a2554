#pragma once
// The one place where the program waits for the network. A wait ends when a descriptor is ready, when the deadline has
// passed, or, by throwing base::Interrupted, when a signal has arrived (unless the deadline goes on despite signals).
// EINTR alone ends nothing.

#include <span>

#include <poll.h>

#include <popfetch/net/deadline.hpp>

namespace popfetch::net {

/// Waits until one of these is ready and sets their revents; false when the deadline has passed first.
bool wait_for(std::span<pollfd> descriptors, Deadline deadline);

/// The same for one descriptor; POLLERR and POLLHUP count as ready, since the next call on it tells what they mean.
bool wait_for(int descriptor, short events, Deadline deadline);

}
