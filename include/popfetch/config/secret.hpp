#pragma once
// Reading a password or token from where the account says, at the moment it is needed. Throws Invalid ("config.secret",
// "config.permissions") or base::Error EX_NOPERM ("auth.no_password") when nobody can be asked.

#include <functional>

#include <popfetch/config/account.hpp>

namespace popfetch::config {

/// Asks on the terminal without echo; what `read_secret` uses for FromPrompt. Throws when there is no terminal.
base::Secret prompt(std::string_view question);

/// The first line only, at most 16 KiB. A command runs without a shell, with a clean environment and closed
/// descriptors, at most 30 s; its stderr is shown, made safe, when it fails. Text with CR, LF or NUL inside is refused
/// (FAULTS A14, C05).
base::Secret read_secret(const SecretSource& source, const Account& account);

/// For sasl::Credentials: reads at the first call and keeps it.
std::function<base::Secret()> password_supplier(const Account& account);
/// Runs the command at every call: a token may have expired.
std::function<base::Secret()> token_supplier(const Account& account);

/// login and password of a machine in a netrc file; nothing when it is not there.
std::optional<base::Secret> find_in_netrc(std::string_view text, std::string_view host, std::string_view user);

}
