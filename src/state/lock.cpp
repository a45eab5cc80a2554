#include "lock.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>

#include <popfetch/base/interrupt.hpp>
#include <popfetch/state/ledger.hpp>

namespace popfetch::state {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

bool try_lock(int fd, const base::Path& file)
{
    while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) return false;
        if (errno != EINTR) throw base::SystemError{"lock", file.string(), errno};
    }
    return true;
}

/// flock(2) cannot wait for a time, nor for a signal.
void pause_for(milliseconds time)
{
    pollfd wake{base::wake_descriptor(), POLLIN, 0};
    ::poll(&wake, 1, static_cast<int>(time.count()));
    base::throw_if_interrupted();
}

}

Lock::Lock(const base::Path& file, milliseconds wait, const base::Path& owner)
    : fd_{base::open_file(file, O_RDWR | O_CREAT | O_NOFOLLOW, 0600)}
{
    const auto end = steady_clock::now() + wait;
    while (!try_lock(fd_.get(), file)) {
        const auto left = std::chrono::ceil<milliseconds>(end - steady_clock::now());
        if (left <= milliseconds::zero()) throw Busy{owner};
        pause_for(std::min(left, milliseconds{50}));
    }
}

}
