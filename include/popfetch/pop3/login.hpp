#pragma once
// Logging in: USER/PASS and APOP (RFC 1939 §7), AUTH (RFC 5034). One attempt; no second try with the same password, no weaker
// mechanism after a refusal.

#include <optional>
#include <string>
#include <vector>

#include <popfetch/pop3/connection.hpp>
#include <popfetch/pop3/maildrop.hpp>
#include <popfetch/sasl/mechanism.hpp>

namespace popfetch::pop3 {

struct LoginOptions {
    sasl::Credentials credentials;
    /// "auto" alone, or mechanisms in the order of preference; "USER" is USER/PASS, "APOP" is APOP.
    std::vector<std::string> mechanisms{"auto"};
    bool allow_plaintext_password = false;         // on a line that is neither encrypted nor local
    bool two_step = false;                         // never send an initial response (RFC 5034 §4 allows both)
};

struct LoginResult {
    Maildrop maildrop;
    std::string mechanism;                         // what was used: "SCRAM-SHA-256-PLUS", "USER"
};

/// Throws LoginFailed, Refused (busy: [IN-USE], [LOGIN-DELAY], or words that say so), sasl::SaslError, base::Error "auth.no_mechanism" (EX_NOPERM),
/// "auth.plaintext" (EX_PROTOCOL: the password would be readable on the line).
LoginResult log_in(Connection&& connection, const LoginOptions& options);

/// Which mechanism log_in would use, without logging in.
std::optional<std::string> preferred_mechanism(const Capabilities& capabilities, const std::string& apop_timestamp,
                                               const LoginOptions& options, const sasl::Channel& channel);

}
