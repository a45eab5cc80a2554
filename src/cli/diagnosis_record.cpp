#include "diagnosis.hpp"
#include "screen.hpp"

namespace popfetch::cli {

namespace {

output::Value strings(const std::vector<std::string>& words)
{
    output::Value::List list;
    for (const auto& word : words) list.emplace_back(word);
    return list;
}

output::Value certificates(const net::TlsInfo& tls)
{
    output::Value::List chain;
    for (const auto& c : tls.chain)
        chain.emplace_back(output::Record{{"subject", c.subject},
                                          {"issuer", c.issuer},
                                          {"names", strings(c.names)},
                                          {"not_before", c.not_before},
                                          {"not_after", c.not_after},
                                          {"pin", c.pin},
                                          {"sha256", c.fingerprint}});
    return chain;
}

output::Value attempts(const net::DialReport& dial)
{
    output::Value::List list;
    for (const auto& a : dial.attempts)
        list.emplace_back(output::Record{{"address", a.address},
                                         {"outcome", a.outcome},
                                         {"milliseconds", static_cast<std::uint64_t>(a.at.count())}});
    return list;
}

output::Value milliseconds(std::chrono::milliseconds time) { return static_cast<std::uint64_t>(time.count()); }

}

output::Record to_record(const Diagnosis& diagnosis)
{
    const auto& account = diagnosis.account;
    const auto& session = diagnosis.session;
    output::Record record{
        {"account", account.name}, {"host", account.dial.host}, {"port", unsigned{account.dial.port}}};
    record.set("attempts", attempts(session.dial));
    record.set("greeting", session.greeting.empty() ? output::Value{} : output::Value{session.greeting});
    record.set("confidentiality", session.encrypted ? session.tls.version : "none");
    record.set("tls", session.tls.version.empty()
                          ? output::Value{}
                          : output::Value{output::Record{{"version", session.tls.version},
                                                         {"cipher", session.tls.cipher},
                                                         {"alpn", session.tls.alpn},
                                                         {"verified", session.encrypted},
                                                         {"certificates", certificates(session.tls)}}});
    record.set("capabilities_before_login", strings(session.before_login.lines));
    record.set("capabilities_after_login",
               diagnosis.after_login ? strings(diagnosis.after_login->lines) : output::Value{});
    record.set("mechanism", session.mechanism.empty() ? output::Value{} : output::Value{session.mechanism});
    record.set("milliseconds", output::Record{{"resolved", milliseconds(session.dial.resolved)},
                                              {"connected", milliseconds(session.connected)},
                                              {"secured", milliseconds(session.secured)},
                                              {"greeted", milliseconds(session.greeted)},
                                              {"logged_in", milliseconds(session.logged_in)}});
    record.set("count", diagnosis.stat ? output::Value{diagnosis.stat->messages} : output::Value{});
    record.set("octets", diagnosis.stat ? output::Value{output::Octets{diagnosis.stat->octets}} : output::Value{});
    record.set("oldest", diagnosis.oldest ? output::Value{*diagnosis.oldest} : output::Value{});
    record.set("error", diagnosis.error ? output::Value{error_record(*diagnosis.error, {})} : output::Value{});
    return record;
}

}
