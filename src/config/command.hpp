#pragma once
// Running a command that prints a password or a token, without a shell (FAULTS C05).
//
// The command gets /dev/null as its input, no descriptor but those three, and a clean environment: PATH (its absolute
// folders), who and where the user is (HOME USER LOGNAME), the language (LANG LANGUAGE LC_*), the terminal's kind
// (TERM), and what password stores and their agents ask for: GNUPGHOME GPG_TTY SSH_AUTH_SOCK DBUS_SESSION_BUS_ADDRESS
// DISPLAY WAYLAND_DISPLAY XAUTHORITY XDG_* PASSWORD_STORE_*. Nothing else: LD_PRELOAD and its like stop here (FAULTS
// C10). It leads a process group of its own, which is killed when it takes too long or when we are interrupted.

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <popfetch/base/secret.hpp>

namespace popfetch::config {

struct CommandLimits {
    std::chrono::milliseconds time{std::chrono::seconds{30}};
    std::size_t line = std::size_t{16} * 1024;     // of the first line
    std::size_t output = std::size_t{1024} * 1024; // of everything; more is a command gone mad
};

/// The first line of its output. `what` is the key, for messages, which name the program and never its arguments: one
/// of them may be the secret. Throws Invalid "config.secret", base::Interrupted.
base::Secret first_line_of_command(const std::vector<std::string>& argv, std::string_view what,
                                   const CommandLimits& limits = {});

/// The first line of a text without its line end. Throws Invalid "config.secret" when it is empty, longer than
/// `longest` or holds CR or NUL (FAULTS A14); `origin` begins the message.
base::Secret first_line(std::string_view text, std::size_t longest, std::string_view origin);

}
