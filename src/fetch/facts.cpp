#include <popfetch/fetch/facts.hpp>

#include <popfetch/base/number.hpp>
#include <popfetch/fetch/run.hpp>

namespace popfetch::fetch {

namespace {

constexpr std::string_view capabilities = "server.capabilities";
constexpr std::string_view sizes = "server.sizes";
constexpr std::string_view broken_pipelining = "server.pipelining"; // the verbs
constexpr std::string_view expunged = "server.expunged"; // UIDs, each with LF behind it
constexpr std::string_view next_login = "login.not_before";
constexpr std::string_view binding = "server.channel_binding";
constexpr std::string_view closed_login = "login.closed";
constexpr std::string_view deletions = "server.deletions"; // "uncertain", or how often they were not done
constexpr std::string_view first_run = "run.seen_listing";
constexpr std::string_view mailbox_listed = "account.mailbox"; // user, LF, host: neither has a line end

// A server that was asked longer ago than this is asked again.
constexpr std::chrono::hours good_for{24 * 7};

}

pop3::SizeTrust size_trust(const state::Ledger& ledger)
{
    const auto fact = ledger.fact(sizes);
    if (fact == "exact") return pop3::SizeTrust::exact;
    return fact == "wrong" ? pop3::SizeTrust::wrong : pop3::SizeTrust::unknown;
}

void remember_size_trust(state::Ledger& ledger, pop3::SizeTrust trust)
{
    if (trust == pop3::SizeTrust::unknown) return ledger.forget(sizes);
    ledger.remember(sizes, trust == pop3::SizeTrust::exact ? "exact" : "wrong");
}

pop3::Pipelining pipelining(const state::Ledger& ledger)
{
    return pop3::Pipelining::from_text(ledger.fact(broken_pipelining).value_or(""));
}

void remember_pipelining(state::Ledger& ledger, const pop3::Pipelining& known)
{
    if (known == pipelining(ledger)) return;
    if (known == pop3::Pipelining{}) return ledger.forget(broken_pipelining);
    ledger.remember(broken_pipelining, known.to_text());
}

std::unordered_set<std::string> remembered_expunged(const state::Ledger& ledger)
{
    std::unordered_set<std::string> uids;
    const auto text = ledger.fact(expunged).value_or("");
    for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
        uids.insert(text.substr(at, end - at));
    return uids;
}

void remember_expunged(state::Ledger& ledger, const std::vector<std::string>& uids)
{
    std::string text;
    for (const auto& uid : uids) text += uid + '\n';
    const auto before = ledger.fact(expunged);
    if (before.value_or("") == text) return;
    if (text.empty())
        ledger.forget(expunged);
    else
        ledger.remember(expunged, text);
}

// The time, and on a second line what was refused.
std::optional<LoginPause> login_pause(const state::Ledger& ledger)
{
    const auto fact = ledger.fact(next_login);
    if (!fact) return std::nullopt;
    const auto end = fact->find('\n');
    const auto until = base::from_rfc3339(std::string_view{*fact}.substr(0, end));
    if (!until) return std::nullopt;
    return LoginPause{*until, end == std::string::npos ? std::string{} : fact->substr(end + 1)};
}

void remember_login_pause(state::Ledger& ledger, const LoginPause& pause)
{
    ledger.remember(next_login,
                    base::to_rfc3339(pause.until) + (pause.credentials.empty() ? "" : "\n" + pause.credentials));
}

void forget_login_pause(state::Ledger& ledger)
{
    if (ledger.fact(next_login)) ledger.forget(next_login);
}

Binding channel_binding(const state::Ledger& ledger)
{
    const auto fact = ledger.fact(binding);
    if (fact == "worked") return Binding::worked;
    return fact == "refused" ? Binding::refused : Binding::untried;
}

void remember_channel_binding(state::Ledger& ledger, Binding seen)
{
    ledger.remember(binding, seen == Binding::worked ? "worked" : "refused");
}

std::optional<pop3::Capabilities> remembered_capabilities(const state::Ledger& ledger, base::WallTime now)
{
    // The time it was asked stands on a line of its own before the capabilities.
    const auto fact = ledger.fact(capabilities);
    if (!fact) return std::nullopt;
    const auto end = fact->find('\n');
    const auto asked = base::from_rfc3339(std::string_view{*fact}.substr(0, end));
    if (!asked || end == std::string::npos || *asked + good_for < now || *asked > now) return std::nullopt;
    return pop3::Capabilities::from_text(std::string_view{*fact}.substr(end + 1));
}

void remember_capabilities(state::Ledger& ledger, const pop3::Capabilities& seen, base::WallTime now)
{
    if (remembered_capabilities(ledger, now) == seen) return;
    ledger.remember(capabilities, base::to_rfc3339(now) + "\n" + seen.to_text());
}

void forget_capabilities(state::Ledger& ledger)
{
    if (ledger.fact(capabilities)) ledger.forget(capabilities);
}

bool closed_login_again(state::Ledger& ledger)
{
    if (ledger.fact(closed_login)) return true;
    ledger.remember(closed_login, "once");
    return false;
}

void forget_closed_login(state::Ledger& ledger)
{
    if (ledger.fact(closed_login)) ledger.forget(closed_login);
}

unsigned count_broken_deletions(state::Ledger& ledger, bool came_back)
{
    const auto fact = ledger.fact(deletions);
    if (!came_back || fact == "uncertain") {
        if (fact) ledger.forget(deletions);
        return 0;
    }
    const auto runs = base::parse_number<unsigned>(fact.value_or("0")).value_or(0) + 1;
    ledger.remember(deletions, std::to_string(runs));
    return runs;
}

void remember_uncertain_deletions(state::Ledger& ledger) { ledger.remember(deletions, "uncertain"); }

std::optional<Mailbox> remembered_mailbox(const state::Ledger& ledger)
{
    const auto fact = ledger.fact(mailbox_listed);
    const auto end = fact ? fact->find('\n') : std::string::npos;
    if (end == std::string::npos) return std::nullopt;
    return Mailbox{fact->substr(0, end), fact->substr(end + 1)};
}

void remember_mailbox(state::Ledger& ledger, const Mailbox& mailbox)
{
    if (mailbox.user.empty() || remembered_mailbox(ledger) == mailbox) return;
    ledger.remember(mailbox_listed, mailbox.user + '\n' + mailbox.host);
}

bool has_run(const state::Ledger& ledger) { return ledger.fact(first_run).has_value(); }

void remember_run(state::Ledger& ledger)
{
    if (!has_run(ledger)) ledger.remember(first_run, "yes");
}

}
