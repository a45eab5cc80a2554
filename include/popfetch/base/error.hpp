#pragma once
// The root of every exception that popfetch throws on purpose.
//
// An error says where, then what, then what to do:
//   "pop.example.org:995: certificate has expired (2026-11-02); …". The account's name is put in front by the command line.
// It knows the exit status it deserves and a stable class for scripts ("tls.certificate_expired"), so `main` has one catch.
// Foreign bytes (a server's words, a file's name) enter a text only through printable().

#include <stdexcept>
#include <string>
#include <string_view>

#include <popfetch/base/exit_status.hpp>

namespace popfetch::base {

class Error : public std::runtime_error {
public:
    /// `kind` is the JSON "class": lower case, area.reason. `text` says where and what; `advice` what to do, may be empty.
    Error(ExitStatus status, std::string_view kind, std::string_view text, std::string_view advice = {});

    ExitStatus status() const noexcept { return status_; }
    const std::string& kind() const noexcept { return kind_; }

private:
    ExitStatus status_;
    std::string kind_;
};

/// A system call failed on something local. EX_IOERR, or EX_CANTCREAT where a file or folder could not be made. What
/// passes with time is EX_TEMPFAIL: a full disk or quota, no memory or descriptors left, a stale NFS handle; the mail is
/// still on the server and the next run may find room (FAULTS F01, F16). Kinds: "file.no_space", "file.quota",
/// "file.too_large", "file.read_only", "file.io", "file.missing", "file.exists", "file.permission", "system.limit",
/// "system.error". Reads: "/home/alice/Mail/new: no space left on device", "/srv/new: input/output error (could not sync it); …".
class SystemError : public Error {
public:
    /// `op` is what was tried, so that "could not … it" reads well ("open", "create", "write to"), `path` on what; `error_number` an errno.
    SystemError(std::string_view op, std::string_view path, int error_number);

    int error_number() const noexcept { return error_number_; }

private:
    int error_number_;
};

/// SIGINT, SIGTERM or SIGHUP arrived; thrown by whatever was waiting.
class Interrupted : public Error {
public:
    explicit Interrupted(int signal);
};

}
