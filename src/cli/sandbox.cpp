#include "sandbox.hpp"

#include <algorithm>
#include <filesystem>
#include <string>

#include <fcntl.h>

#include <popfetch/base/interrupt.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/config/configuration.hpp>
#include <popfetch/config/secret.hpp>
#include <popfetch/delivery/target.hpp>
#include <popfetch/net/places.hpp>

#include "accounts.hpp"
#include "screen.hpp"
#include "side_by_side.hpp"

namespace popfetch::cli {

namespace {

// Libraries that are loaded when they are first needed (NSS, gconv, libidn2, OpenSSL's modules), locales, time zones.
constexpr const char* software[] = {
    "/lib",       "/lib32",      "/lib64",         "/usr/lib",         "/usr/lib32",       "/usr/lib64",
    "/usr/share", "/nix/store",  "/usr/local/lib", "/usr/local/share", "/gnu/store",       "/etc/ld.so.cache",
    "/proc/self", "/dev/random", "/dev/urandom",   "/etc/localtime",   "/etc/locale.conf", "/sys/devices/system/cpu",
};

bool delivers_to(const config::Account& account, delivery::Spec::Kind kind)
{
    return std::ranges::any_of(account.deliver, [kind](const delivery::Spec& spec) { return spec.kind == kind; });
}

// Its library reads and calls what its own configuration says, wherever that is.
bool uses_kerberos(const config::Account& account)
{
    return std::ranges::find(account.auth, "GSSAPI") != account.auth.end();
}

// Why a run cannot be confined; empty where it can.
std::string objection(const config::Account& account, const Errand& errand)
{
    const auto name = "account " + base::printable(account.name);
    if (!account.sandbox) return name + " has sandbox = false";
    if (net::runs_command(account.dial)) return name + " runs a tunnel command";
    // A token that is refused is asked for once more (FAULTS A13).
    if (account.token && !errand.is_logged_in) return name + " runs a token_command";
    if (uses_kerberos(account)) return name + " uses Kerberos";
    if (errand.mail != Errand::Mail::untouched && delivers_to(account, delivery::Spec::Kind::pipe))
        return name + " delivers to a program";
    return {};
}

std::string objection(std::span<const config::Account> accounts, const Globals& globals, const Errand& errand)
{
    if (globals.no_sandbox) return "--no-sandbox";
    for (const auto& account : accounts)
        if (auto why = objection(account, errand); !why.empty()) return why;
    return {};
}

// Commands of several accounts take their time side by side. An interrupt ends them all; it is seen here, after.
void read_secrets_ahead(std::span<config::Account> accounts)
{
    constexpr unsigned at_once = 8;
    std::vector<Job> jobs;
    for (auto& account : accounts)
        jobs.push_back({{}, 0, [&account] {
                            try {
                                config::read_ahead(account);
                            } catch (const base::Interrupted&) {
                                return; // nothing that was begun is kept
                            }
                        }});
    run_side_by_side(std::move(jobs), at_once);
    base::throw_if_interrupted();
}

bool holds_home(const base::Path& folder)
{
    std::error_code error;
    const auto home = std::filesystem::weakly_canonical(config::resolve("~", {}), error).native() + "/";
    auto holder = std::filesystem::weakly_canonical(folder, error).native();
    if (!holder.ends_with('/')) holder += '/';
    return home.starts_with(holder);
}

// What lies in a destination is the run's own mail. Not so where the destination is the home folder itself (an mbox in
// it wants its lock beside it): that would be everything.
void open_up(base::Sandbox& sandbox, const base::Path& place)
{
    if (std::filesystem::is_directory(place) && holds_home(place)) return sandbox.may_write(place);
    sandbox.may_change(place);
}

void allow_lmtp(base::Sandbox& sandbox, const config::Account& account)
{
    for (const auto& spec : account.deliver) {
        if (spec.kind != delivery::Spec::Kind::lmtp) continue;
        sandbox.may_connect_to(spec.port);
        if (spec.tls == delivery::Spec::Tls::none) continue;
        net::TlsOptions trust;
        trust.ca_file = spec.tls_ca_file.string();
        for (const auto& place : net::trust_places(trust)) sandbox.may_read(place);
    }
}

void allow_destinations(base::Sandbox& sandbox, const config::Account& account, const Globals& globals)
{
    const auto ledger = ledger_of(account, globals);
    base::create_folders(ledger.parent_path());
    const delivery::Context context{account.name, spool_of(ledger), base::wall_clock, {}};
    for (const auto& place : delivery::open(account.deliver, context)->places()) open_up(sandbox, place);
    allow_lmtp(sandbox, account);
}

// For seeing what a run would do: what is not there is not made. Of an mbox it is asked whether it could be written to.
void allow_looking_at_destinations(base::Sandbox& sandbox, const config::Account& account)
{
    using Kind = delivery::Spec::Kind;
    for (const auto& spec : account.deliver) {
        if (spec.kind == Kind::maildir || spec.kind == Kind::files) sandbox.may_read(spec.path);
        if (spec.kind == Kind::mbox) sandbox.may_change(spec.path);
    }
    allow_lmtp(sandbox, account);
}

void allow_trace(base::Sandbox& sandbox, const Globals& globals)
{
    if (globals.trace.empty() || globals.trace == "-") return;
    const auto file = base::open_file(globals.trace, O_WRONLY | O_CREAT | O_APPEND, 0600);
    sandbox.may_write(globals.trace);
}

void allow_errand(base::Sandbox& sandbox, const Errand& errand)
{
    for (const auto& path : errand.reads) sandbox.may_read(path);
    for (const auto& path : errand.writes) {
        if (path.empty() || path == "-") continue;
        const auto folder = std::filesystem::is_directory(path) ? path : path.parent_path();
        sandbox.may_write(folder.empty() ? "." : folder);
    }
    for (const auto& path : errand.compares)
        if (std::filesystem::is_directory(path)) open_up(sandbox, path);
}

void allow_system(base::Sandbox& sandbox)
{
    for (const auto* place : software) sandbox.may_read(place);
    for (const auto& place : net::resolver_places()) sandbox.may_read(place);
    for (const auto* device : {"/dev/tty", "/dev/null"}) sandbox.may_use_device(device);
#ifdef POPFETCH_COVERAGE_COUNTS // gcov writes there when the program ends
    sandbox.may_change(POPFETCH_COVERAGE_COUNTS);
#endif
}

void allow_account(base::Sandbox& sandbox, const config::Account& account, const Globals& globals)
{
    sandbox.may_change(ledger_of(account, globals).parent_path());
    for (const auto& place : net::trust_places(account.tls)) sandbox.may_read(place);
    for (const auto port : net::ports(account.dial)) sandbox.may_connect_to(port);
}

base::Confinement none(const std::string& why) { return {.files = false, .ports = false, .text = "off: " + why}; }

base::Confinement enter(std::span<config::Account> accounts, const Globals& globals, const Errand& errand)
{
    if (const auto why = objection(accounts, globals, errand); !why.empty()) return none(why);
    base::Sandbox sandbox;
    try {
        for (const auto& account : accounts) {
            if (errand.mail == Errand::Mail::delivered) allow_destinations(sandbox, account, globals);
            if (errand.mail == Errand::Mail::looked_at) allow_looking_at_destinations(sandbox, account);
            allow_account(sandbox, account, globals);
        }
    } catch (const base::Interrupted&) {
        throw;
    } catch (const base::Error& error) {
        return none(error.what());
    }
    allow_trace(sandbox, globals);
    allow_errand(sandbox, errand);
    allow_system(sandbox);
    if (!errand.is_logged_in) read_secrets_ahead(accounts);
    auto confinement = std::move(sandbox).enter();
    if (!confinement.files) confinement.text.insert(0, "off: ");
    return confinement;
}

}

base::Confinement confine(std::span<config::Account> accounts, const Globals& globals, const Errand& errand)
{
    auto confinement = enter(accounts, globals, errand);
    if (globals.verbose > 0 && !globals.machine()) say("popfetch: sandbox: " + confinement.text);
    return confinement;
}

}
