#pragma once
// popfetch.toml: read once, from one descriptor that was checked, into Accounts. Every mistake is an Invalid with file,
// line and key. One in an account is that account's alone; one in [defaults] is every account's.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <popfetch/config/account.hpp>

namespace popfetch::config {

/// What keeps an account from being used.
struct Mistake {
    std::string account; // empty: what concerns the whole file
    bool enabled = true; // what the account says of itself
    Invalid error;
};

struct Configuration {
    base::Path file;                   // empty: none was found, and none was asked for
    std::vector<Account> accounts;     // in the file's order; those with a mistake are left out
    std::vector<Mistake> mistakes;     // in the file's order, those of one account one after the other
    std::vector<std::string> warnings; // what is odd but not wrong, one line each: "popfetch.toml:7: …"
    const Account* find(std::string_view name) const;
};

/// The file named, which must exist; or, when `named` is empty, the usual place (usual_file()), which may be missing.
/// The file must be the user's own or root's and writable by nobody else; one that holds a password must be closed to
/// group and others altogether (FAULTS C01). What is checked is what is read: the opened descriptor (FAULTS C07).
/// Passwords that accounts take from the environment are moved out of it here, while there is only one thread.
/// Throws what concerns the file as such, which may not even be TOML; everything else is a Mistake.
Configuration load(const base::Path& named);

/// The text of such a file, for tests and fuzzers; `file` is for messages and for relative paths. Looks at no file.
/// Throws the first mistake.
Configuration parse(std::string_view text, const base::Path& file);

/// "never", "fetched", or an age ("14d"); throws Invalid "config.value". And the same back, tables included
/// ("keep_newest 100").
fetch::DeleteRule parse_delete_rule(std::string_view text);
std::string to_text(const fetch::DeleteRule& rule);

/// What --to says for an account: `deliver` as a text, with ~ and %{account}; what is relative is so to the working
/// directory. Throws Error "config.deliver", "config.value".
delivery::Spec parse_deliver(std::string_view text, std::string_view account);

/// $XDG_CONFIG_HOME/popfetch/popfetch.toml and $XDG_STATE_HOME/popfetch. The variables count only when they are
/// absolute (XDG Base Directory Specification) and the program has no raised privileges; else ~/.config and
/// ~/.local/state, where ~ is $HOME, or what the user database says (FAULTS C10).
base::Path usual_file();
base::Path usual_state_dir();
/// `~` and `~user` at the beginning expanded; what is relative is below `base`. Throws Invalid "config.value" when
/// there is no such user, and for what nobody means as a name: `~` further on, a shell's variable, a blank in front.
base::Path resolve(std::string_view text, const base::Path& base);

/// Every key with a one-line explanation, for the man page's test and for suggestions.
struct Key {
    std::string_view table; // empty: a key of an account; or of the table that "deliver", "delete" or "proxy" may be
    std::string_view name, values, meaning;
};
std::span<const Key> keys();

}
