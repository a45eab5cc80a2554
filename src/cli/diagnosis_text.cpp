#include <algorithm>

#include <popfetch/base/printable.hpp>
#include <popfetch/base/units.hpp>

#include "diagnosis.hpp"

namespace popfetch::cli {

namespace {

constexpr std::size_t time_column = 78;

// A labelled block: the label before the first line, the time behind it, further lines indented.
class Page {
public:
    void add(std::string_view label, std::string_view text,
             std::optional<std::chrono::milliseconds> took = std::nullopt)
    {
        std::string line{label};
        line.append(7 - std::min<std::size_t>(7, label.size()), ' ').append(base::printable(text, 500));
        if (took) {
            const auto time = std::to_string(took->count()) + " ms";
            const auto used = output::columns_of(line) + time.size();
            line.append(used < time_column ? time_column - used : 2, ' ').append(time);
        }
        text_ += line + "\n";
    }
    std::string take() { return std::move(text_); }

private:
    std::string text_;
};

std::string joined(const std::vector<std::string>& words, std::string_view between)
{
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : std::string{between}) + word;
    return text;
}

std::string day(base::WallTime time) { return base::to_rfc3339(time).substr(0, 10); }

std::string attempts(const net::DialReport& dial)
{
    std::string text;
    for (const auto& attempt : dial.attempts)
        text += (text.empty() ? "" : "; ") + attempt.address + "  " + attempt.outcome;
    return text;
}

void add_certificate(Page& page, const Diagnosis& diagnosis)
{
    const auto& tls = diagnosis.session.tls;
    if (tls.chain.empty()) return;
    const auto& leaf = tls.chain.front();
    const auto days = certificate_days(diagnosis.session, base::wall_clock()).value_or(0);
    const auto validity = days >= 0 ? "valid for " + std::to_string(days) + " days (until " + day(leaf.not_after) + ")"
                                    : "expired " + std::to_string(-days) + " days ago (" + day(leaf.not_after) + ")";
    page.add("", leaf.subject + ", " + validity + ", issued by " + leaf.issuer);
    page.add("", "names " + joined(leaf.names, " "));
    if (diagnosis.session.encrypted)
        page.add("", "verified for " +
                         (diagnosis.account.tls.server_name.empty() ? diagnosis.account.dial.host
                                                                    : diagnosis.account.tls.server_name) +
                         (diagnosis.account.tls.ca_file.empty() ? " by the system's CAs"
                                                                : " by " + diagnosis.account.tls.ca_file));
    page.add("", "sha256 " + leaf.fingerprint);
    page.add("", "tls_pin = [\"" + leaf.pin + "\"]");
}

void add_tls(Page& page, const Diagnosis& diagnosis)
{
    const auto& session = diagnosis.session;
    if (diagnosis.account.tls_mode == config::TlsMode::none)
        return page.add("tls", "none: everything on this line can be read by others");
    if (session.tls.chain.empty() && session.tls.version.empty()) return;
    const auto before = diagnosis.account.tls_mode == config::TlsMode::implicit ? session.connected : session.greeted;
    page.add("tls",
             session.tls.version + ", " + session.tls.cipher + ", ALPN " +
                 (session.tls.alpn.empty() ? "none" : session.tls.alpn),
             session.secured.count() > 0 ? std::optional{session.secured - before} : std::nullopt);
    add_certificate(page, diagnosis);
}

// What login added to the list.
std::string added(const pop3::Capabilities& before, const pop3::Capabilities& after)
{
    std::vector<std::string> more;
    for (const auto& line : after.lines)
        if (std::ranges::find(before.lines, line) == before.lines.end()) more.push_back(line);
    return more.empty() ? "the same" : "+ " + joined(more, ", ");
}

void add_capabilities(Page& page, const Diagnosis& diagnosis)
{
    const auto& before = diagnosis.session.before_login;
    if (before.announced)
        page.add("can", "before login  " + joined(before.lines, ", "));
    else if (diagnosis.after_login || !diagnosis.error)
        page.add("can", "CAPA is not known here");
    if (diagnosis.after_login) page.add("", "after login   " + added(before, *diagnosis.after_login));
}

}

std::string to_text(const Diagnosis& diagnosis)
{
    const auto& account = diagnosis.account;
    const auto& session = diagnosis.session;
    Page page;
    page.add(account.name.size() < 7 ? account.name : "", (account.user.empty() ? "" : account.user + " at ") +
                                                              account.dial.host + ":" +
                                                              std::to_string(account.dial.port));
    if (session.dial.resolved.count() > 0 || !session.dial.attempts.empty()) {
        page.add("dns", "resolved " + account.dial.host, session.dial.resolved);
        page.add("tcp", attempts(session.dial), session.dial.connected - session.dial.resolved);
    }
    if (account.tls_mode == config::TlsMode::implicit) add_tls(page, diagnosis);
    if (!session.greeting.empty())
        page.add("hello", "+OK " + session.greeting,
                 session.greeted - std::max(session.connected, account.tls_mode == config::TlsMode::implicit
                                                                   ? session.secured
                                                                   : session.connected));
    if (account.tls_mode != config::TlsMode::implicit) add_tls(page, diagnosis);
    add_capabilities(page, diagnosis);
    if (!session.mechanism.empty())
        page.add("login", session.mechanism, session.logged_in - std::max(session.secured, session.greeted));
    if (diagnosis.stat)
        page.add("mail",
                 base::format_count(diagnosis.stat->messages) + " messages, " +
                     base::format_total(diagnosis.stat->octets) +
                     (diagnosis.oldest ? "; oldest " + base::to_local(*diagnosis.oldest, base::wall_clock()) : ""));
    return page.take();
}

}
