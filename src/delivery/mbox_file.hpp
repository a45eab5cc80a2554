#pragma once
// An mbox, open and locked: first fcntl(2), then a dot-lock, both without blocking and given back in reverse order
// (Debian policy 11.6), so that neither kind of program can wait for the other for ever. The fcntl lock belongs to the
// open file and not to the process: it keeps out other threads too.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <sys/types.h>

#include <popfetch/base/fd.hpp>
#include <popfetch/delivery/target.hpp>

#include "dotlock.hpp"

namespace popfetch::delivery {

/// An open mbox of ours: a plain file with one name, owned by us, empty or beginning with "From ".
struct MboxFile {
    base::Fd fd;
    dev_t device = 0;
    ino_t inode = 0;

    /// Nothing when it does not exist. Throws BadTarget for what is not an mbox of ours (FAULTS F11), and for one that
    /// came after this run had confined itself and is out of its reach (EX_TEMPFAIL, "delivery.replaced"); so does
    /// create().
    static std::optional<MboxFile> open(const base::Path& path);
    /// Made empty, mode 0600, its name durable. Nothing when somebody else was faster.
    static std::optional<MboxFile> create(const base::Path& path);
};

class LockedMbox {
public:
    /// Creates the mbox where it is missing. Throws BadTarget (EX_TEMPFAIL, "lock.busy") after the timeout;
    /// Interrupted.
    LockedMbox(const base::Path& path, std::chrono::milliseconds timeout, const std::string& mark);

    int fd() const noexcept { return file_.fd.get(); }
    const base::Path& path() const noexcept { return path_; }
    bool is(dev_t device, ino_t inode) const noexcept { return file_.device == device && file_.inode == inode; }
    const MboxFile& file() const noexcept { return file_; }
    std::uint64_t size() const;
    /// False where no dot-lock can be made: the folder is not ours to write in (/var/mail).
    bool has_dotlock() const noexcept { return has_dotlock_; }

private:
    bool try_to_lock(const std::string& mark);

    base::Path path_;
    MboxFile file_;
    Dotlock dotlock_;
    bool has_dotlock_ = true;
};

}
