#pragma once
// Logging in: USER/PASS and APOP (RFC 1939 §7), AUTH (RFC 5034). One attempt; no second try with the same password, no
// weaker mechanism after a refusal.
//
//     auto [maildrop, mechanism] = pop3::log_in(std::move(connection), options);
//
// Three things are not a second try: SCRAM without channel binding after -PLUS was refused where it never worked, since a
// server that cannot bind to this TLS says no before it looks at the password (FAULTS L09); an access token that was refused and is asked for once more, if it is another then
// (FAULTS A13); and a mechanism that a remembered server no longer offers (Connection::assume), where the one that it
// offers now does not show a password that the first would not have shown.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <popfetch/pop3/connection.hpp>
#include <popfetch/pop3/maildrop.hpp>
#include <popfetch/pop3/pipelining.hpp>
#include <popfetch/sasl/mechanism.hpp>

namespace popfetch::pop3 {

struct LoginOptions {
    sasl::Credentials credentials;
    /// "auto" alone, or mechanisms in the order of preference; "USER" is USER/PASS, "APOP" is APOP.
    std::vector<std::string> mechanisms{"auto"};
    bool allow_plaintext_password = false; // on a line that is neither encrypted nor local
    bool early_yes_invites = false;        // "+OK" in place of "+ " asks for the response (FAULTS A07)
    bool two_step = false;                 // never send an initial response (RFC 5034 §4 allows both)
    bool binding_has_worked = false;       // -PLUS was accepted by this server before: its refusal is an alarm
    bool avoid_binding = false;            // -PLUS was refused by this server before: only used when asked for by name
    Pipelining pipelining;                 // what is known against USER and PASS in one go, and of the Maildrop then
    /// Says for people what a server said of a refusal inside the exchange (the OAuth error JSON); empty: as it is.
    std::function<std::string(std::string_view detail)> explain;
};

struct LoginResult {
    Maildrop maildrop;
    std::string mechanism; // what was used: "SCRAM-SHA-256-PLUS", "USER"
    bool binding_refused = false; // -PLUS was tried and refused, and the login went well without
};

/// Takes the connection over, and drops it when this throws:
///
/// - LoginFailed: the credentials were refused.
/// - Refused: by its code ([IN-USE], [LOGIN-DELAY], [SYS/TEMP], [SYS/PERM]) or by words that are known the server is busy
///   ("server.busy"), wants a pause ("server.login_delay"), has locked the account ("auth.locked") or has POP switched
///   off for it ("auth.not_enabled").
/// - BindingRefused, a LoginFailed: -PLUS was refused where it never worked, and the line is of no more use. Worth one new
///   session with avoid_binding.
/// - Error EX_TEMPFAIL "auth.closed": it closed the line instead of answering. Many do so for a bad password as well,
/// so
///   a second time in a row is as good as a refusal (FAULTS A04).
/// - sasl::SaslError: the server broke the rules of the mechanism, or could not prove who it is.
/// - ProtocolError: what it said is not POP3 ("proto.bad_challenge", "proto.bad_reply").
/// - Error EX_PROTOCOL "auth.plaintext": the password could be read on the line. EX_NOPERM "auth.no_mechanism": no way
/// to
///   log in that both sides know. EX_CONFIG "auth.bad_credentials" and sasl::begin's: the user name or password cannot
///   be sent to any server. Nothing was sent in these cases.
/// - PipeliningBroken, where options.pipelining allows USER.
LoginResult log_in(Connection&& connection, const LoginOptions& options);

/// Which mechanism log_in would use, without logging in.
std::optional<std::string> preferred_mechanism(const Capabilities& capabilities, const std::string& apop_timestamp,
                                               const LoginOptions& options, const sasl::Channel& channel);

/// What a mechanism may bind to, and whether a password may be shown on the line.
sasl::Channel channel_of(const net::Stream& stream, const LoginOptions& options);

}
