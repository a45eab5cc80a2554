#pragma once
// One run at a time: flock(2) on a file of its own beside the ledger, released by the kernel however the process ends.
// The file stays, so nobody can lock one that another has just removed. SQLite's own locks are not enough: they are
// held only for the length of a transaction.

#include <chrono>

#include <popfetch/base/fd.hpp>
#include <popfetch/base/file.hpp>

namespace popfetch::state {

class Lock {
public:
    /// Throws Busy naming `owner` when it is still held after `wait`; Interrupted when a signal arrives; SystemError.
    Lock(const base::Path& file, std::chrono::milliseconds wait, const base::Path& owner);

private:
    base::Fd fd_;
};

}
