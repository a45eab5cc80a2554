#pragma once
// What a server means by saying no to a login: that it does not know us, or that it has no time. Private to this
// module.

#include <string>
#include <string_view>

#include <popfetch/pop3/error.hpp>

namespace popfetch::pop3 {

/// A no to a login: what was tried, by whom, and what the server said inside the exchange.
struct LoginRefusal {
    std::string where;  // "pop.example.org:995"
    std::string method; // "SCRAM-SHA-256"
    std::string user;
    std::string detail;
    std::string advice; // instead of the usual one; empty: the usual one
};

/// True where the code (RFC 2449 §8, RFC 3206), or else a known text, says that the credentials are not the trouble. It
/// is believed no further than this: it never leads to another attempt (FAULTS A02).
bool is_not_about_credentials(const Reply& reply, std::string_view user);

/// Throws LoginFailed or Refused: EX_TEMPFAIL ("server.busy", "server.login_delay", and by the code) where the same may
/// go well later; EX_NOPERM for a locked account ("auth.locked"), for POP switched off ("auth.not_enabled"), and for
/// everything else, with the server's words.
[[noreturn]] void throw_refusal(const LoginRefusal& refusal, const Reply& reply);

/// The same after the login, where the server does not open the mailbox: STAT, LIST or UIDL was refused (FAULTS L12).
[[noreturn]] void throw_not_opened(const std::string& where, const Reply& reply);

}
