#pragma once
// What a server says inside the SASL exchange when it refuses an access token: JSON in OAUTHBEARER (RFC 7628 §3.2.2)
// and in XOAUTH2, and the OAuth error object (RFC 6749 §5.2) that some servers send instead.

#include <string>
#include <string_view>

namespace popfetch::output {

/// One printable line for people, without a full stop: 'the server says "invalid_token": the token is expired, revoked
/// or malformed; it wants the scope "https://mail.google.com/"'. `detail` is sasl::Mechanism::failure_detail(),
/// decoded from base64. What is not JSON is quoted as it is; empty for nothing. Never throws for what `detail` holds.
std::string describe_oauth_error(std::string_view detail);

}
