#include <algorithm>
#include <cstdlib>
#include <utility>

#include <popfetch/base/printable.hpp>

#include "amount.hpp"
#include "diagnosis.hpp"

namespace popfetch::cli {

namespace {

// A labelled block: the label before the first line, the time behind it, further lines indented; words that do not fit
// go to the next line.
class Page {
public:
    void add(std::string_view label, std::string_view text,
             std::optional<std::chrono::milliseconds> took = std::nullopt, std::size_t indent = margin)
    {
        const auto time = took ? std::to_string(std::max<std::int64_t>(took->count(), 0)) + " ms" : std::string{};
        const auto width = page_width - (took ? time.size() + 2 : 0);
        std::string line{label};
        line.append(margin - std::min(margin, label.size()), ' ');
        std::string block;
        for (auto words = base::printable(text, longest_text); const auto& word : split(words)) {
            const auto used = output::columns_of(line);
            if (used > indent && used + output::columns_of(word) > width) {
                block += finished(std::exchange(line, std::string(indent, ' '))) + "\n";
            }
            line += word + " ";
        }
        block += finished(line);
        if (took) {
            const auto end = std::min(block.find('\n'), block.size());
            const auto used = output::columns_of(std::string_view{block}.substr(0, end)) + time.size();
            block.insert(end, std::string(used < page_width ? page_width - used : 2, ' ') + time);
        }
        text_ += block + "\n";
    }
    void add_line(std::string_view text) { text_ += base::printable(text, longest_text) + "\n"; }
    std::string take() { return std::move(text_); }

private:
    static constexpr std::size_t margin = 7, page_width = 78, longest_text = 4000;

    static std::vector<std::string> split(std::string_view text)
    {
        std::vector<std::string> words;
        while (true) {
            const auto end = text.find(' ');
            words.emplace_back(text.substr(0, end));
            if (end == std::string_view::npos) return words;
            text.remove_prefix(end + 1);
        }
    }
    static std::string finished(std::string line)
    {
        line.resize(line.find_last_not_of(' ') + 1);
        return line;
    }

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

std::string validity_of(const net::Certificate& certificate)
{
    const auto left = certificate.not_after - base::wall_clock();
    const auto days = static_cast<std::uint64_t>(std::abs(std::chrono::duration_cast<std::chrono::days>(left).count()));
    const auto date = day(certificate.not_after);
    if (left.count() < 0) return "expired " + (days == 0 ? "today" : counted(days, "day") + " ago") + " (" + date + ")";
    return "valid for " + (days == 0 ? "less than a day" : counted(days, "day")) + " (until " + date + ")";
}

void add_certificate(Page& page, const Diagnosis& diagnosis)
{
    const auto& tls = diagnosis.session.tls;
    if (tls.chain.empty()) return;
    const auto& leaf = tls.chain.front();
    page.add("", leaf.subject + ", " + validity_of(leaf) + ", issued by " + leaf.issuer);
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

// "TLSv1.3" is how libraries write it.
std::string shown_version(const std::string& version)
{
    return version.starts_with("TLSv") ? "TLS " + version.substr(4) : version;
}

void add_tls(Page& page, const Diagnosis& diagnosis)
{
    const auto& session = diagnosis.session;
    if (diagnosis.account.tls_mode == config::TlsMode::none)
        return page.add("tls", "none: everything on this line can be read by others");
    if (session.tls.chain.empty() && session.tls.version.empty()) return;
    const auto before = diagnosis.account.tls_mode == config::TlsMode::implicit ? session.connected : session.greeted;
    const bool done = session.secured.count() > 0;
    if (session.tls.cipher.empty())
        page.add("tls", "no agreement was reached");
    else
        page.add("tls",
                 shown_version(session.tls.version) + ", " + session.tls.cipher + ", ALPN " +
                     (session.tls.alpn.empty() ? "none" : session.tls.alpn),
                 done ? std::optional{session.secured - before} : std::nullopt);
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

constexpr std::size_t capability_margin = 21; // behind "before login"

void add_capabilities(Page& page, const Diagnosis& diagnosis)
{
    const auto& before = diagnosis.session.before_login;
    if (before.announced)
        page.add("can", "before login  " + joined(before.lines, ", "), std::nullopt, capability_margin);
    else if (diagnosis.after_login || !diagnosis.error)
        page.add("can", "CAPA is not known here");
    if (diagnosis.after_login)
        page.add("", "after login   " + added(before, *diagnosis.after_login), std::nullopt, capability_margin);
}

}

std::string to_text(const Diagnosis& diagnosis)
{
    const auto& account = diagnosis.account;
    const auto& session = diagnosis.session;
    Page page;
    const auto place = (account.user.empty() ? "" : account.user + " at ") + account.dial.host + ":" +
                       std::to_string(account.dial.port);
    const bool is_short = account.name.size() < 7;
    const bool is_url = account.user.empty() || account.name.starts_with(account.user + "@");
    if (!is_short && !is_url) page.add_line(account.name);
    page.add(is_short ? account.name : "server", place);
    if (session.dial.resolved.count() > 0 || !session.dial.attempts.empty()) {
        page.add("dns", "resolved " + account.dial.host, session.dial.resolved);
        const bool connected = session.dial.connected >= session.dial.resolved;
        page.add("tcp", attempts(session.dial),
                 connected ? std::optional{session.dial.connected - session.dial.resolved} : std::nullopt);
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
                 amount(diagnosis.stat->messages, diagnosis.stat->octets) +
                     (diagnosis.oldest ? "; oldest " + base::to_local(*diagnosis.oldest, base::wall_clock()) : ""));
    return page.take();
}

}
