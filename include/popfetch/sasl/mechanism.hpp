#pragma once
// SASL (RFC 4422) as values: a mechanism takes challenges and gives responses. It knows neither POP3 nor sockets nor
// base64, and would serve SMTP unchanged. PLAIN, LOGIN, CRAM-MD5, EXTERNAL and GSSAPI come from GNU SASL; SCRAM,
// OAUTHBEARER and XOAUTH2 are ours.
//
//     const auto name = sasl::choose(offered, {}, credentials, channel);
//     auto mechanism = sasl::begin(*name, credentials, channel, offered);
//     send(*name, mechanism->initial_response());
//     while (const auto challenge = receive()) send(mechanism->respond(*challenge));
//     mechanism->accept();

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <popfetch/base/error.hpp>
#include <popfetch/base/secret.hpp>

namespace popfetch::sasl {

/// What the user has given us. Suppliers are called at most when a mechanism needs them, so that a prompt or a command
/// runs only then.
struct Credentials {
    std::string user;
    std::string authorization_id;           // usually empty
    std::function<base::Secret()> password; // empty function: none configured
    std::function<base::Secret()> token;    // OAuth access token; called again once after a refusal
    std::string host;                       // for GSSAPI and OAUTHBEARER
    std::uint16_t port = 0;                 // for OAUTHBEARER
    std::string service;                    // for GSSAPI, as the protocol's profile has it: "pop" (RFC 5034 §4)
    bool client_certificate = false;        // EXTERNAL is possible
    /// How often a server may have SCRAM hash the password. RFC 7677 §4 asks for 4096 at least: with less, whoever gets
    /// the proof guesses cheaply. The upper end is about a second of work, where RFC 5802 §9 warns of a server that
    /// keeps its clients busy.
    unsigned least_iterations = 4096, most_iterations = 1'000'000;
};

/// Bindings of the TLS channel underneath (RFC 5929, RFC 9266), raw; empty where there is none.
struct Channel {
    bool encrypted = false; // TLS, or a line nobody else can hear
    std::string tls_exporter, tls_unique, tls_server_end_point;
};

/// The server broke the rules of a mechanism, or could not prove that it knows the password (SCRAM, RFC 5802 §5).
/// EX_NOPERM, "auth.server_not_authenticated", "auth.bad_challenge", …
class SaslError : public base::Error {
public:
    SaslError(std::string_view kind, std::string_view text, std::string_view advice = {})
        : base::Error{base::ExitStatus::no_permission, kind, text, advice}
    {
    }
};

/// One exchange. A new object for each attempt.
class Mechanism {
public:
    Mechanism() = default;
    Mechanism(const Mechanism&) = delete;
    Mechanism& operator=(const Mechanism&) = delete;
    virtual ~Mechanism() = default;

    /// The registered name: "SCRAM-SHA-256-PLUS".
    virtual const std::string& name() const = 0;

    /// The response that may go with the command, or else answers the server's first, empty challenge; nothing where
    /// the server speaks first. Asked for once, before respond().
    virtual std::optional<base::Secret> initial_response() = 0;

    /// The answer to a challenge (decoded). Throws SaslError to cancel the exchange ("*" on the wire).
    virtual base::Secret respond(std::string_view challenge) = 0;

    /// The server said yes: throws SaslError if the mechanism has not seen the server's own proof.
    virtual void accept() {}

    /// False as long as nothing has been sent from which the server could judge the password or token: a refusal is
    /// then about something else.
    virtual bool has_shown_proof() const { return true; }

    /// What the server said of the failure inside the exchange (the OAuth error JSON), for the message; may be empty.
    virtual std::string failure_detail() const { return {}; }
};

/// A row of the table of mechanisms: what the man page, `accounts`, and the choice read.
struct MechanismTraits {
    std::string_view name;
    bool needs_password, needs_token, needs_certificate;
    bool plaintext; // shows the password, or what is as good, to whoever listens
    bool automatic; // may be chosen without being asked for by name (RELIABILITY §4.3)
    bool binds_channel;
};
std::span<const MechanismTraits> mechanisms(); // strongest first
const MechanismTraits* find_mechanism(std::string_view name);

/// Which mechanism to use, of those the server offers: the strongest that the credentials allow, or the first of
/// `allowed` (names, in the user's order) when that is not empty. Never one that would show a password on a line that
/// is not encrypted. Nothing: none fits.
std::optional<std::string> choose(std::span<const std::string> offered, std::span<const std::string> allowed,
                                  const Credentials& credentials, const Channel& channel);

/// Creates it, and asks the supplier for the password or token it needs, so that nothing is sent where there is none.
/// `offered` tells SCRAM whether the server offered -PLUS (GS2 flag "y", RFC 5802 §6). Throws SaslError, Error
/// EX_CONFIG
/// ("auth.no_password", "auth.no_token", "auth.bad_credentials", "auth.unknown_mechanism"), and what the supplier
/// throws.
std::unique_ptr<Mechanism> begin(const std::string& name, const Credentials& credentials, const Channel& channel,
                                 std::span<const std::string> offered);

/// The digest of APOP: MD5(timestamp + password) in hex (RFC 1939 §7). Kept here since it handles the password.
base::Secret apop_digest(std::string_view timestamp, const base::Secret& password);

}
