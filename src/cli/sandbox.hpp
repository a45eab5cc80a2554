#pragma once
// From the configuration to a sandbox (base/sandbox.hpp): what the accounts of this run need is allowed, and nothing
// else.
//
// One sandbox for the whole process, entered by the only thread there is, before the first byte of a server is read:
// accounts that run side by side inherit it. Allowed are the ledgers' folder; the destinations; the files of --trace
// and of `errand`; to read, what a resolver, TLS, locales and character sets take from the system; terminals; the
// servers' ports. Secrets in files and from commands are read before (config::read_ahead), so neither they nor the
// configuration can be reached afterwards.
//
// Left out is a run that has to start programs later, since those would be confined too: a tunnel command, a token
// command (asked again when a token is refused), a delivery by pipe; one that logs in by Kerberos, whose library
// follows a configuration of its own; and one that was told to leave it (sandbox = false, --no-sandbox). So is one
// whose destinations cannot be made; its own words for that come later, at their place. -v says which it is, and the
// events of fetch --json.

#include <span>
#include <vector>

#include <popfetch/base/sandbox.hpp>
#include <popfetch/config/account.hpp>

#include "options.hpp"

namespace popfetch::cli {

/// What a command does besides looking at its accounts' mail.
struct Errand {
    enum class Mail { untouched, looked_at, delivered };
    Mail mail = Mail::untouched;     // where the accounts deliver to
    bool is_logged_in = false;       // secrets have done their work
    std::vector<base::Path> reads{}; // files and folders
    std::vector<base::Path>
        writes{}; // a folder to put files into, or a file to be replaced or made; empty or "-": none
    std::vector<base::Path> compares{}; // folders to put files into that look at what is there
};

/// Returns what became of it. Throws only base::Interrupted, and SystemError for a --trace file that cannot be written.
base::Confinement confine(std::span<config::Account> accounts, const Globals& globals, const Errand& errand = {});
inline base::Confinement confine(config::Account& account, const Globals& globals, const Errand& errand = {})
{
    return confine({&account, 1}, globals, errand);
}

}
