#pragma once
// What this process needs of the machine from here on, and nothing else: a compromised parser then reads no other file
// of the user and writes to none. By the kernel (Landlock, Linux 5.19 and later), best effort: what a kernel does not
// know it does not restrict, and elsewhere nothing happens but that what enter() returns says so.
//
//     Sandbox sandbox;
//     sandbox.may_read("/etc/resolv.conf");
//     sandbox.may_change(maildir);               // the folder and all beneath
//     const auto confinement = sandbox.enter();
//
// A sandbox holds for the calling thread and for every thread and program started by it afterwards, and is never left.
// So it is entered before the first thread starts (another thread of the same process would be the way out), and by
// runs that start no program from then on: those inherit the sandbox and could not do their work in it. Descriptors
// that are open stay as they are.
//
// Not restricted: stat(2), connecting to UNIX sockets by path, UDP. Who calls says what is needed (cli/sandbox).

#include <cstdint>
#include <string>

#include <popfetch/base/fd.hpp>
#include <popfetch/base/file.hpp>

namespace popfetch::base {

/// What became of it.
struct Confinement {
    bool files = false; // only what was allowed can be opened
    bool ports = false; // only the ports that were allowed can be connected to
    std::string text;   // for people: "Landlock 7: files and ports", "this kernel has no Landlock"
};

class Sandbox {
public:
    /// Asks the kernel what it can do.
    Sandbox();

    // A file, or a folder with all beneath. What does not exist is left out: it can be created only where a folder may
    // be changed. A link stands for what it leads to.
    void may_read(const Path& path);
    void may_write(const Path& path);      // also creates, renames, removes and lists beneath; reads no file
    void may_change(const Path& path);     // both
    void may_use_device(const Path& path); // both, and ioctl(2): terminals

    /// A TCP port, of whatever host.
    void may_connect_to(std::uint16_t port);

    /// No new privileges, no core dump, and nothing but what was allowed. Never throws: text says what could not be.
    Confinement enter() &&;

    /// Whether this process has entered one: then what it may not open may still be its own.
    static bool is_entered() noexcept;

private:
    void allow(const Path& path, std::uint64_t rights);

    Fd rules_;
    int version_ = 0; // of the kernel's Landlock
};

}
