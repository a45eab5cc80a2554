#pragma once
// Who takes part in the exchanges of these tests.

#include <string>
#include <string_view>

#include <popfetch/sasl/mechanism.hpp>

namespace popfetch::test {

inline sasl::Credentials with_password(std::string user, std::string password)
{
    sasl::Credentials credentials;
    credentials.user = std::move(user);
    credentials.password = [password] { return base::Secret{password}; };
    return credentials;
}

inline sasl::Credentials with_token(std::string user, std::string token)
{
    sasl::Credentials credentials;
    credentials.user = std::move(user);
    credentials.token = [token] { return base::Secret{token}; };
    return credentials;
}

inline const sasl::Channel encrypted{true, {}, {}, {}};

/// Begins the mechanism on an encrypted line; no channel binding is known.
inline std::unique_ptr<sasl::Mechanism> begin(const std::string& name, const sasl::Credentials& credentials)
{
    return sasl::begin(name, credentials, encrypted, {});
}

inline std::string text_of(const base::Secret& secret) { return std::string{secret.reveal()}; }

/// The initial response as text; "(none)" where the server speaks first.
inline std::string first_of(sasl::Mechanism& mechanism)
{
    const auto response = mechanism.initial_response();
    return response ? text_of(*response) : "(none)";
}

/// The class of the error that `action` ends with; "(nothing)" where it ends well.
template<typename Action>
std::string error_kind(Action action)
{
    try {
        action();
    } catch (const base::Error& error) {
        return error.kind();
    }
    return "(nothing)";
}

}
