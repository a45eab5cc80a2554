#include "diagnosis.hpp"

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

void look(Diagnosis& diagnosis, const Globals& globals)
{
    const SessionOptions options{trace_to(globals, ""), nullptr, {}};
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

}

Diagnosis diagnose(const config::Account& account, const Globals& globals)
{
    Diagnosis diagnosis;
    diagnosis.account = account;
    try {
        look(diagnosis, globals);
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
