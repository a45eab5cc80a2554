#pragma once
// From an account to a maildrop: dial, TLS, greeting, STLS, capabilities, login. What each stage took and found is
// kept, for `info`, for events and for messages.

#include <chrono>
#include <functional>
#include <string>

#include <popfetch/config/account.hpp>
#include <popfetch/net/dial.hpp>
#include <popfetch/net/tls.hpp>
#include <popfetch/pop3/connection.hpp>
#include <popfetch/pop3/login.hpp>
#include <popfetch/state/ledger.hpp>

#include "options.hpp"

namespace popfetch::cli {

/// What was learnt on the way; filled as far as it came, also when something throws.
struct SessionReport {
    using Milliseconds = std::chrono::milliseconds;
    net::DialReport dial;
    net::TlsInfo tls;
    bool encrypted = false;
    std::string greeting;
    pop3::Capabilities before_login;
    std::string mechanism;
    bool binding_refused = false; // the server offered -PLUS and refused it
    Milliseconds connected{0}, secured{0}, greeted{0}, logged_in{0}; // since the start
};

struct SessionOptions {
    pop3::Trace trace;
    state::Ledger* memory = nullptr;                   // of the server; null: nothing is remembered
    std::function<void(std::string_view stage)> stage; // "connecting", "logging in"
    pop3::Pipelining pipelining = {};                  // what is known against it, where there is no memory
};

/// Up to the greeting and TLS, without logging in.
pop3::Connection open_connection(const config::Account& account, const SessionOptions& options, SessionReport& report);

/// All of it.
pop3::Maildrop open_maildrop(const config::Account& account, const SessionOptions& options, SessionReport& report);

/// --trace: to standard error or appended to a file (0600).
pop3::Trace trace_to(const Globals& globals, std::string_view account);

}
