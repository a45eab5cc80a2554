#pragma once
// Faults in the calls that change files, without a seam in the code under test: faults.cpp defines write(2),
// fdatasync(2) and their kin for the whole test program, passes them on to the kernel, and strikes when it was told to.
//
//     Faults faults{{.at = 3, .error = ENOSPC}};     // the third call from here on fails
//     ...
//     if (!faults.struck()) break;                   // there were fewer than three
//
// One at a time; calls of all threads are counted together.

#include <cerrno>
#include <cstdint>
#include <string>

namespace popfetch::test {

enum class FileCall : unsigned {
    create = 1,      // open(2) with O_CREAT, mkdir(2)
    write = 2,       // also pwrite(2)
    sync_file = 4,   // fdatasync(2)
    sync_folder = 8, // fsync(2)
    close = 16,      // the file is closed all the same
    rename = 32,
    link = 64,
    unlink = 128,
    truncate = 256,
    allocate = 512,
    any = 1023,
};

struct Strike {
    std::uint64_t at = 1; // which of the calls, counted from 1; 0: none
    int error = EIO;
    bool sticky = false; // all that follow fail too
    FileCall only = FileCall::any;
    bool kill = false;         // instead of failing: the process ends before the call is made, as by SIGKILL
    bool done_anyway = false;  // reports the error, and does it all the same: rename(2) over NFS
    bool short_writes = false; // every write takes half of what it is given, and every second call is interrupted
};

class Faults {
public:
    explicit Faults(const Strike& strike);
    Faults(const Faults&) = delete;
    Faults& operator=(const Faults&) = delete;
    ~Faults();

    bool struck() const;
    std::uint64_t calls() const;
    /// One letter a call, in their order: (c)reate (w)rite (s)ync file (S)ync folder e(x)it by close (r)ename (l)ink
    /// (u)nlink (t)runcate (a)llocate.
    static std::string log();
};

/// What a killed process ends with, so that the parent can tell it from a failing test.
constexpr int killed_status = 91;

}
