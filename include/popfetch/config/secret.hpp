#pragma once
// Reading a password or token from where the account says, at the moment it is needed. Throws Invalid ("config.secret",
// "config.permissions") or base::Error EX_CONFIG ("auth.no_password") when nobody can be asked.

#include <functional>

#include <popfetch/config/account.hpp>

namespace popfetch::config {

/// Asks on the terminal (/dev/tty) without echo; what `read_secret` uses for FromPrompt. The terminal is as before when
/// this returns or throws, also on an interrupt. Throws when there is no terminal, base::Interrupted.
base::Secret prompt(std::string_view question);

/// What the account's source holds.
///
/// Files, commands, descriptors, credentials and answers give their first line, of at most 16 KiB, without its LF or
/// CRLF; blanks belong to it. An empty line is refused, and so is CR, LF or NUL inside (FAULTS A14, C05). Files, netrc
/// among them, must be the user's own or root's and closed to everybody else (FAULTS C01). A command runs without a
/// shell, with a clean environment (src/config/command.hpp says which) and no open files, for at most 30 s; the last
/// line of its stderr is shown, made safe, when it fails. No message holds a secret or an argument of a command.
base::Secret read_secret(const SecretSource& source, const Account& account);

/// For sasl::Credentials: reads at the first call and keeps it, also for copies of the function. Not for several
/// threads.
std::function<base::Secret()> password_supplier(const Account& account);
/// Runs the command at every call: a token may have expired. Empty when there is no command.
std::function<base::Secret()> token_supplier(const Account& account);

/// Reads now a password that only a file or a command knows, so that a login opens no file and starts no program any
/// more: for a process that is about to confine itself (base/sandbox.hpp). What goes wrong is kept, and thrown where the
/// password is asked for; only base::Interrupted is thrown here. A question to a person and a descriptor stay for
/// later, and so does a token, which the next login may want anew.
void read_ahead(Account& account);

/// The password for a user at a machine in the text of a netrc file: that of the first entry, "machine" or "default",
/// that is for this host and that names this user or none; nothing when there is none. Texts may stand in quotes, #
/// begins a comment, macros are skipped. Throws Invalid "config.secret" for a quote without an end.
std::optional<base::Secret> find_in_netrc(std::string_view text, std::string_view host, std::string_view user);

}
