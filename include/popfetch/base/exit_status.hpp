#pragma once
// What the process tells the shell: sysexits(3), and 128 + signal. The man page's EXIT STATUS is this table.

#include <span>

namespace popfetch::base {

enum class ExitStatus : int {
    ok = 0,
    usage = 64,         // the command line
    data = 65,          // the ledger or other local data is damaged
    no_host = 68,       // the host name is unknown
    unavailable = 69,   // the server refused
    cannot_create = 73, // a file or folder cannot be created
    io = 74,            // local input or output failed
    temporary = 75,     // try later; also: some messages failed, the rest is safe
    protocol = 76,      // the server breaks the protocol, or is not who it should be (TLS)
    no_permission = 77, // the login was refused
    config = 78,        // the configuration
    interrupted = 130,  // SIGINT
    terminated = 143,   // SIGTERM, SIGHUP
};

/// The one status of a run over several accounts: an interruption first, then the gravest in the order
/// 64 78 65 73 74 77 76 69 68 75 0.
ExitStatus gravest(std::span<const ExitStatus> statuses);

/// What a signal makes of us: SIGINT interrupted, every other terminated.
ExitStatus status_of_signal(int signal) noexcept;

}
