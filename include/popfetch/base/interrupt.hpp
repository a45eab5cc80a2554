#pragma once
// SIGINT, SIGTERM and SIGHUP set a flag and make wake_descriptor() readable, so that whatever waits in poll(2) ends at
// once and unwinds. The flag is the program's only mutable global. A second signal ends the process on the spot: every
// state on disk is one that the next run recovers from. A signal that was ignored when we started stays ignored (nohup).

namespace popfetch::base {

/// Installs the handlers; SIGPIPE and SIGXFSZ become EPIPE and EFBIG of the write (FAULTS F17), and programs that we start
/// have their defaults back. Called by main, once, before any thread. Without it nothing is ever interrupted.
void catch_signals();

/// The signal that arrived, or 0.
int interrupt_signal() noexcept;

/// Throws Interrupted when a signal has arrived.
void throw_if_interrupted();

/// Readable once a signal has arrived; -1 when handlers are not installed (poll(2) ignores -1).
int wake_descriptor() noexcept;

}
