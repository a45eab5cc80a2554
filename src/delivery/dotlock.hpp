#pragma once
// MBOX.lock, the lock that mail programs of all ages know.
//
// Made as open(2) advises for NFS: a file of our own, then a link, then the number of its links is asked for and not
// what link(2) said. So the lock has its content from the first moment: "PID host popfetch".
//
// On Linux an attribute of the file says the same: a run that is confined may not open a lock in the home folder, but ask
// for its attributes it may.
//
// A lock is stale when its writer, on this host, is dead: at once when popfetch wrote it, which keeps an flock on the
// file as long as it lives; after five minutes when another program did, of which there is only the process number.

#include <optional>
#include <string>

#include <sys/stat.h>

#include <popfetch/base/fd.hpp>
#include <popfetch/base/file.hpp>

namespace popfetch::delivery {

class Dotlock {
public:
    enum class Attempt { taken, busy, impossible }; // impossible: the folder is not ours to write in, or knows no links

    Dotlock() = default;
    Dotlock(const Dotlock&) = delete;
    Dotlock& operator=(const Dotlock&) = delete;
    ~Dotlock() { give_back(); }

    /// Without waiting. The caller has the mbox's own lock, so no thread of ours holds this one. `mark` tells our file apart from those of other accounts.
    Attempt take(const base::Path& mbox, const std::string& mark);
    /// Removes the lock if it is still the one that was taken.
    void give_back() noexcept;

    static bool exists(const base::Path& mbox) noexcept;
    /// Removes what a run that was killed while it took the lock left beside it.
    static void clear(const base::Path& mbox, const std::string& mark) noexcept;

private:
    base::Path path_;
    std::optional<struct stat> held_;
    base::Fd fd_;
};

}
