#pragma once
// One account, checked: text has become the option structs of the layers that use it. Nothing here opens, connects or
// asks.

#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <popfetch/base/error.hpp>
#include <popfetch/base/file.hpp>
#include <popfetch/delivery/target.hpp>
#include <popfetch/fetch/policy.hpp>
#include <popfetch/net/dial.hpp>
#include <popfetch/net/tls.hpp>
#include <popfetch/pop3/login.hpp>

namespace popfetch::config {

/// EX_CONFIG. "popfetch.toml:14: unknown key "tls_verfy" in account "work"; did you mean …". Kinds: "config.syntax",
/// "config.unknown_key", "config.value", "config.missing" (a key or the file itself), "config.contradiction",
/// "config.permissions", "config.unknown_account", "config.url", "config.secret".
class Invalid : public base::Error {
public:
    Invalid(std::string_view kind, std::string_view text, std::string_view advice = {})
        : base::Error{base::ExitStatus::config, kind, text, advice}
    {
    }
};

enum class TlsMode { implicit, starttls, none };

// Where a password or token comes from. Read only when a mechanism needs it (secret.hpp).
struct FromPrompt {};
struct FromText {
    base::Secret text;
};
struct FromCommand {
    std::vector<std::string> argv;
};
struct FromFile {
    base::Path path;
};
struct FromEnvironment {
    std::string name;
    base::Secret value; // load() moves it here out of the environment; empty: the variable was not set
};
struct FromDescriptor {
    int descriptor;
};
struct FromCredential {
    std::string name; // systemd, $CREDENTIALS_DIRECTORY
};
struct FromNetrc {
    base::Path path;
};
// Was read ahead of time (secret.hpp): the secret, or what went wrong, to be thrown where it is needed.
struct FromBefore {
    base::Secret secret;
    std::exception_ptr failure;
};
using SecretSource = std::variant<FromPrompt, FromText, FromCommand, FromFile, FromEnvironment, FromDescriptor,
                                  FromCredential, FromNetrc, FromBefore>;

struct Account {
    std::string
        name; // of the section, or "user@host" for a URL (with ":port" when it is not the usual one); names the ledger
    bool enabled = true;
    std::string user; // empty only for a URL without one, with which only `info` can work, and with auth = "EXTERNAL"
    TlsMode tls_mode = TlsMode::implicit;
    net::DialOptions dial;
    net::TlsOptions tls;
    net::Timeouts timeouts;
    SecretSource password;
    std::optional<FromCommand> token; // run at every login
    std::vector<std::string> auth{"auto"};
    bool allow_plaintext_password = false;
    unsigned scram_least_iterations = 4096, scram_most_iterations = 1'000'000;
    bool sasl_ok_quirk = false;          // pop3::LoginOptions::early_yes_invites
    std::vector<delivery::Spec> deliver; // empty: none configured
    fetch::Policy policy;
    unsigned connections_per_host = 0; // 0: no limit but --jobs
    std::string state_id;              // empty: `name`
    bool sandbox = true;               // false: a run with this account is not confined
};

/// Where the ledger of an account lies below the state folder; the account's name made safe for a file name.
base::Path ledger_path(const base::Path& state_dir, const Account& account);

}
