#pragma once
// What a server means by saying no to a login: that it does not know us, or that it has no time. Private to this
// module.

#include <string>
#include <string_view>

#include <popfetch/pop3/error.hpp>

namespace popfetch::pop3 {

/// True where the code (RFC 2449 §8, RFC 3206), or else the wording, says that the credentials are not the trouble. The
/// wording is believed no further than this: it never leads to another attempt (FAULTS A02).
bool is_not_about_credentials(const Reply& reply);

/// Throws LoginFailed or Refused. `where` is "pop.example.org:995", `detail` what the server said inside the exchange.
[[noreturn]] void throw_refusal(const std::string& where, const std::string& method, const Reply& reply,
                                const std::string& detail);

}
