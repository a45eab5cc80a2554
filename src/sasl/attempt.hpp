#pragma once
// What a mechanism is made from, and the makers that the table names. Private to the module.
//
// A new mechanism: one file with a maker, declared here, and one line in table.cpp. Makers ask the supplier of the
// password or token at once, so that a login that cannot work never begins on the wire.

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <popfetch/sasl/mechanism.hpp>

namespace popfetch::sasl {

/// Lives only while the mechanism is made.
struct Attempt {
    const MechanismTraits& traits;
    const Credentials& credentials;
    const Channel& channel;
    std::span<const std::string> offered;
};

using Maker = std::unique_ptr<Mechanism> (*)(const Attempt&);

std::unique_ptr<Mechanism> scram_sha_1(const Attempt& attempt); // scram.cpp, also for -PLUS
std::unique_ptr<Mechanism> scram_sha_256(const Attempt& attempt);
std::unique_ptr<Mechanism> oauthbearer(const Attempt& attempt); // oauth.cpp
std::unique_ptr<Mechanism> xoauth2(const Attempt& attempt);
std::unique_ptr<Mechanism> client_first(const Attempt& attempt); // gsasl_mechanism.cpp
std::unique_ptr<Mechanism> server_first(const Attempt& attempt);

/// Whether the GNU SASL found at run time has the mechanism: GSSAPI is an option of its build.
bool gnu_sasl_has(std::string_view name);

/// Asks the supplier. Throws Error EX_CONFIG "auth.no_password", "auth.no_token" where there is none,
/// "auth.bad_credentials" for what no mechanism can carry: a NUL, or in a token anything but RFC 6750's visible
/// characters.
base::Secret password_of(const Credentials& credentials);
base::Secret token_of(const Credentials& credentials);

/// Throws EX_CONFIG "auth.bad_credentials" for a NUL in it; `what` is "the user name".
void refuse_nul(std::string_view text, std::string_view what);

/// The name as GS2 and SCRAM write it, "=" and "," escaped (RFC 5801 §4, RFC 5802 §5.1).
std::string saslname(std::string_view name);

}
