#pragma once
// popfetch.toml: read once, from one descriptor that was checked, into Accounts. Every mistake is an Invalid with file,
// line and key.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <popfetch/config/account.hpp>

namespace popfetch::config {

struct Configuration {
    base::Path file;                   // empty: none was found, and none was asked for
    std::vector<Account> accounts;     // in the file's order
    std::vector<std::string> warnings; // one line each, with file and line
    const Account* find(std::string_view name) const;
};

/// The file named, which must exist; or the usual place ($XDG_CONFIG_HOME/popfetch/popfetch.toml), which may be
/// missing. A file that holds a password must be the user's own (or root's) and closed to group and others (FAULTS
/// C01).
Configuration load(const base::Path& named);

/// The text of such a file, for tests and fuzzers; `file` is for messages and for relative paths.
Configuration parse(std::string_view text, const base::Path& file);

/// "never", "fetched", or an age ("14d"); throws Invalid "config.value". And the same back, tables included
/// ("keep_newest 100").
fetch::DeleteRule parse_delete_rule(std::string_view text);
std::string to_text(const fetch::DeleteRule& rule);

/// The default folders, from the XDG variables, HOME or the user database.
base::Path usual_file();
base::Path usual_state_dir();
/// `~` and `~user` and paths relative to `base`.
base::Path resolve(std::string_view text, const base::Path& base);

/// Every key with a one-line explanation, for the man page's test and for suggestions.
struct Key {
    std::string_view name, values, meaning;
};
std::span<const Key> keys();

}
