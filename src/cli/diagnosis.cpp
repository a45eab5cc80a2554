#include "diagnosis.hpp"

#include <algorithm>

#include <popfetch/mail/summary.hpp>

namespace popfetch::cli {

namespace {

std::optional<base::WallTime> date_of_first(pop3::Maildrop& maildrop, const pop3::Stat& stat)
{
    if (stat.messages == 0 || !maildrop.capabilities().top) return std::nullopt;
    std::optional<base::WallTime> date;
    const pop3::Message first{1, 0, {}};
    maildrop.top(
        {&first, 1}, 0,
        [&](const pop3::Message&, pop3::Body& body) {
            base::StringSink head;
            body.pour_into(head);
            date = mail::summarize(head.text).date;
        },
        [](const pop3::Message&, const pop3::Reply&) {});
    return date;
}

constexpr std::chrono::seconds prompt_greeting{10};
constexpr std::chrono::seconds handshake_patience{10};

// A TLS server waits for the client to speak first, and a client that speaks in clear waits for the greeting.
bool speaks_tls(const config::Account& account)
{
    net::TlsInfo seen;
    auto tls = account.tls;
    tls.server_name = account.dial.host;
    try {
        net::start_tls(net::dial(account.dial, net::Deadline::in(account.timeouts.connect)), tls,
                       net::Deadline::in(handshake_patience), &seen);
        return true;
    } catch (const base::Interrupted&) {
        throw;
    } catch (const base::Error&) {
        return !seen.chain.empty(); // refused for what it showed: it showed it by TLS
    }
}

void look(Diagnosis& diagnosis, const Globals& globals)
{
    const SessionOptions options{trace_to(globals, ""), nullptr, {}, pop3::Pipelining::none()};
    if (diagnosis.account.user.empty()) {
        auto connection = open_connection(diagnosis.account, options, diagnosis.session);
        diagnosis.session.before_login = connection.capabilities();
        return std::move(connection).quit();
    }
    auto maildrop = open_maildrop(diagnosis.account, options, diagnosis.session);
    diagnosis.after_login = maildrop.capabilities();
    diagnosis.stat = maildrop.stat();
    diagnosis.oldest = date_of_first(maildrop, *diagnosis.stat);
    std::move(maildrop).quit();
}

bool is_silent(const Diagnosis& diagnosis, const net::ConnectionError& error)
{
    const auto& attempts = diagnosis.session.dial.attempts;
    return diagnosis.session.greeting.empty() && (error.kind() == "net.timeout" || error.kind() == "net.eof") &&
           std::ranges::find(attempts, "connected", &net::Attempt::outcome) != attempts.end();
}

// Where no greeting comes in clear, the likeliest reason is a port for TLS; a slow server gets its full time all the
// same.
void look_twice(Diagnosis& diagnosis, const Globals& globals)
{
    auto& account = diagnosis.account;
    if (account.tls_mode == config::TlsMode::implicit) return look(diagnosis, globals);
    const auto patience = account.timeouts.greeting;
    account.timeouts.greeting = std::min<std::chrono::milliseconds>(patience, prompt_greeting);
    try {
        return look(diagnosis, globals);
    } catch (const net::ConnectionError& error) {
        if (!is_silent(diagnosis, error)) throw;
        if (speaks_tls(account))
            throw net::TlsError{"tls.implicit",
                                account.dial.host + ":" + std::to_string(account.dial.port) +
                                    ": this port speaks TLS already",
                                "set tls = \"implicit\" (port 995 is usual)"};
        if (error.kind() == "net.eof" || patience <= prompt_greeting) throw;
    }
    diagnosis.session = {};
    account.timeouts.greeting = patience;
    look(diagnosis, globals);
}

}

Diagnosis diagnose(const config::Account& account, const Globals& globals)
{
    Diagnosis diagnosis;
    diagnosis.account = account;
    try {
        look_twice(diagnosis, globals);
    } catch (const base::Interrupted&) {
        throw;
    } catch (const base::Error& error) {
        diagnosis.error = std::make_shared<base::Error>(error);
    }
    return diagnosis;
}

std::optional<std::int64_t> certificate_days(const SessionReport& session, base::WallTime now)
{
    if (session.tls.chain.empty()) return std::nullopt;
    return std::chrono::duration_cast<std::chrono::days>(session.tls.chain.front().not_after - now).count();
}

}
