#include "session.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>

#include <fcntl.h>

#include <popfetch/base/file.hpp>
#include <popfetch/config/secret.hpp>
#include <popfetch/fetch/facts.hpp>
#include <popfetch/output/oauth_error.hpp>

#include "screen.hpp"

namespace popfetch::cli {

namespace {

class Stopwatch {
public:
    std::chrono::milliseconds read() const
    {
        return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start_);
    }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

void tell(const SessionOptions& options, std::string_view stage)
{
    if (options.stage) options.stage(stage);
}

net::TlsOptions tls_options(const config::Account& account)
{
    auto tls = account.tls;
    if (tls.server_name.empty()) tls.server_name = account.dial.host;
    return tls;
}

pop3::LoginOptions login_options(const config::Account& account)
{
    pop3::LoginOptions login;
    login.credentials.user = account.user;
    login.credentials.password = config::password_supplier(account);
    if (account.token) login.credentials.token = config::token_supplier(account);
    login.credentials.host = account.dial.host;
    login.credentials.port = account.dial.port;
    login.credentials.client_certificate = !account.tls.client_certificate.empty();
    login.mechanisms = account.auth;
    login.allow_plaintext_password = account.allow_plaintext_password;
    login.credentials.least_iterations = account.scram_least_iterations;
    login.credentials.most_iterations = account.scram_most_iterations;
    login.early_yes_invites = account.sasl_ok_quirk;
    login.explain = output::describe_oauth_error;
    return login;
}

pop3::Connection open_timed(const config::Account& account, const SessionOptions& options, SessionReport& report,
                            const Stopwatch& watch)
{
    tell(options, "connecting");
    auto stream = net::dial(account.dial, net::Deadline::in(account.timeouts.connect), &report.dial);
    report.connected = watch.read();
    if (account.tls_mode == config::TlsMode::implicit) {
        tell(options, "securing the line");
        stream = net::start_tls(std::move(stream), tls_options(account), net::Deadline::in(account.timeouts.handshake),
                                &report.tls);
        report.secured = watch.read();
    }
    pop3::Connection connection{std::move(stream), {account.timeouts, options.trace}};
    report.greeting = connection.greeting().text;
    report.greeted = watch.read();
    if (account.tls_mode == config::TlsMode::starttls) {
        tell(options, "securing the line");
        connection.start_tls(tls_options(account), &report.tls);
        report.secured = watch.read();
    }
    report.encrypted = connection.tls() != nullptr;
    return connection;
}

// Without CAPA there is USER and APOP; a token and the mechanisms of AUTH are offered by name only.
bool can_do_without_capa(const config::Account& account)
{
    constexpr std::array plain{"auto", "USER", "APOP"};
    return !account.token && std::ranges::find_first_of(account.auth, plain) != account.auth.end();
}

// Some old servers know no CAPA and take it for an attack; they are asked again without (FAULTS P30).
pop3::Connection open_asked(const config::Account& account, const SessionOptions& options, SessionReport& report,
                            const Stopwatch& watch)
{
    auto connection = open_timed(account, options, report, watch);
    if (options.memory)
        if (const auto known = fetch::remembered_capabilities(*options.memory, base::wall_clock()))
            connection.assume(*known);
    try {
        connection.capabilities();
        return connection;
    } catch (const net::ConnectionError& error) {
        if (error.kind() != "proto.capa_closed" || !can_do_without_capa(account)) throw;
    }
    auto again = open_timed(account, options, report, watch);
    again.assume({});
    return again;
}

// -PLUS that worked once and is refused now is an alarm; where it never worked it is done without (FAULTS L09).
void remember_binding(const pop3::LoginResult& result, state::Ledger& memory)
{
    if (result.binding_refused) fetch::remember_channel_binding(memory, fetch::Binding::refused);
    const auto* traits = sasl::find_mechanism(result.mechanism);
    if (traits != nullptr && traits->binds_channel) fetch::remember_channel_binding(memory, fetch::Binding::worked);
}

pop3::Maildrop logged_in(pop3::Connection&& connection, pop3::LoginOptions login, const SessionOptions& options,
                         SessionReport& report, const Stopwatch& watch)
{
    login.pipelining = options.memory ? fetch::pipelining(*options.memory) : options.pipelining;
    if (options.memory) {
        const auto binding = fetch::channel_binding(*options.memory);
        login.binding_has_worked = binding == fetch::Binding::worked;
        login.avoid_binding = login.avoid_binding || binding == fetch::Binding::refused;
    }
    auto result = log_in(std::move(connection), login);
    report.mechanism = result.mechanism;
    report.binding_refused = report.binding_refused || result.binding_refused;
    report.logged_in = watch.read();
    if (options.memory) remember_binding(result, *options.memory);
    return std::move(result.maildrop);
}

}

pop3::Connection open_connection(const config::Account& account, const SessionOptions& options, SessionReport& report)
{
    return open_timed(account, options, report, Stopwatch{});
}

pop3::Maildrop open_maildrop(const config::Account& account, const SessionOptions& options, SessionReport& report)
{
    const Stopwatch watch;
    auto connection = open_asked(account, options, report, watch);
    connection.use_utf8();
    report.before_login = connection.capabilities();

    tell(options, "logging in");
    auto login = login_options(account);
    try {
        return logged_in(std::move(connection), std::move(login), options, report, watch);
    } catch (const pop3::BindingRefused&) {
        if (options.memory) fetch::remember_channel_binding(*options.memory, fetch::Binding::refused);
    }
    auto unbound = login_options(account);
    unbound.avoid_binding = true;
    report.binding_refused = true;
    return logged_in(open_asked(account, options, report, watch), std::move(unbound), options, report, watch);
}

pop3::Trace trace_to(const Globals& globals, std::string_view account)
{
    if (globals.trace.empty()) return {};
    const std::string prefix = account.empty() ? "" : std::string{account} + " ";
    if (globals.trace == "-") return [prefix](std::string_view line) { say(prefix + std::string{line}); };

    auto file = std::make_shared<base::Fd>(base::open_file(globals.trace, O_WRONLY | O_CREAT | O_APPEND, 0600));
    return [file, prefix, path = globals.trace](std::string_view line) {
        base::write_all(file->get(), prefix + std::string{line} + "\n", path);
    };
}

}
