#include "known_refusals.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <popfetch/base/ascii.hpp>

namespace popfetch::pop3 {

namespace {

struct Known {
    std::string_view phrase; // in lower case; part of the text
    RefusalMeaning meaning;
    std::string_view server; // whose text it is; empty: a phrase of several providers
};

using enum RefusalMeaning;

// The first row that fits holds, so what is graver stands first: "locked after too many logins" is no busy mailbox.
constexpr std::array known{
    Known{"failed login attempts", locked_out, ""},
    Known{"failed logins", locked_out, ""},
    Known{"too many failed", locked_out, ""},
    Known{"too many invalid", locked_out, "hMailServer"},
    Known{"too many bad", locked_out, ""},
    Known{"too many login failures", locked_out, ""},
    Known{"account locked", locked_out, ""},
    Known{"account is locked", locked_out, ""},
    Known{"account has been locked", locked_out, ""},
    Known{"account is temporarily locked", locked_out, ""},
    Known{"temporarily blocked", locked_out, ""},
    Known{"account blocked", locked_out, ""},
    Known{"account is blocked", locked_out, ""},
    Known{"user is blocked", locked_out, ""},
    Known{"ip is blocked", locked_out, ""},
    Known{"ip blocked", locked_out, ""},
    Known{"limited access", locked_out, ""},
    Known{"konto gesperrt", locked_out, ""},
    Known{"compte bloqu\u00e9", locked_out, ""},

    Known{"not enabled for pop", not_enabled, "Gmail"},
    Known{"pop access is not enabled", not_enabled, ""},
    Known{"pop access is disabled", not_enabled, ""},
    Known{"pop3 is not enabled", not_enabled, ""},
    Known{"pop3 access is not enabled", not_enabled, ""},
    Known{"pop3 access not allowed", not_enabled, ""},
    Known{"pop/imap ist deaktiviert", not_enabled, ""},

    Known{"exceeded the login limit", too_often, "Gmail"},
    Known{"login limit exceeded", too_often, ""},
    Known{"too many login", too_often, ""},
    Known{"too many connections", too_often, ""},
    Known{"too many simultaneous", too_often, ""},
    Known{"maximum number of connections", too_often, "Dovecot"},
    Known{"minutes between", too_often, ""},
    Known{"login too frequently", too_often, ""},
    Known{"login frequency limited", too_often, ""},
    Known{"please wait", too_often, ""},
    Known{"\u767b\u5f55\u9891\u7387", too_often, ""}, // login frequency
    Known{"\u8bf7\u6c42\u9891\u7e41", too_often, ""}, // requests too frequent

    Known{"maildrop lock", busy, "qpopper"},
    Known{"maildrop already locked", busy, "RFC 1939 §7"},
    Known{"unable to lock", busy, "RFC 1939 §7, Cyrus"},
    Known{"already locked", busy, "hMailServer"},
    Known{"is locked by", busy, ""},
    Known{"mailbox is locked", busy, ""},
    Known{"mailbox locked", busy, ""},
    Known{"unable to open maildrop", busy, "Cyrus"},
    Known{"another session", busy, "qpopper"},
    Known{"session is already active", busy, ""},
    Known{"already in use", busy, ""},
    Known{"mailbox in use", busy, ""},
    Known{"mailbox is in use", busy, ""},
    Known{"mailbox busy", busy, ""},
    Known{"server busy", busy, ""},
    Known{"server is busy", busy, ""},
    Known{"server unavailable", busy, "Exchange Online"},
    Known{"service unavailable", busy, ""},
    Known{"temporarily unavailable", busy, ""},
    Known{"temporary authentication failure", busy, "Dovecot"},
    Known{"temporary failure", busy, ""},
    Known{"temporary problem", busy, "Courier"},
    Known{"temporarily", busy, ""},
    Known{"internal error", busy, "Dovecot"},
    Known{"internal server error", busy, ""},
    Known{"system error", busy, ""},
    Known{"maintenance", busy, ""},
    Known{"overload", busy, ""},
    Known{"try again later", busy, ""},
    Known{"try later", busy, ""},
    Known{"sp\u00e4ter", busy, ""},
    Known{"postfach ist gesperrt durch", busy, ""},
    Known{"wird bereits", busy, ""},
    Known{"nicht verf\u00fcgbar", busy, ""},
    Known{"plus tard", busy, ""},
    Known{"indisponible", busy, ""},
    Known{"d\u00e9j\u00e0 utilis\u00e9e", busy, ""},
    Known{"\u7a0d\u540e", busy, ""},             // later
    Known{"\u7a0d\u5019", busy, ""},             // a moment
    Known{"\u7cfb\u7edf\u7e41\u5fd9", busy, ""}, // the system is busy
};

bool has_one_of(const Reply& reply, auto... codes) { return (reply.has_code(codes) || ...); }

std::string without_all(std::string text, const std::string& part)
{
    if (part.empty()) return text;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at)) text.erase(at, part.size());
    return text;
}

// The name alone as well: servers repeat it without its domain.
std::string words_of(const Reply& refusal, std::string_view user)
{
    const auto name = base::to_lower(user);
    auto text = without_all(base::to_lower(refusal.text), name);
    return without_all(std::move(text), name.substr(0, name.find('@')));
}

RefusalMeaning meaning_of_words(std::string_view text)
{
    const auto* const found =
        std::ranges::find_if(known, [&](const Known& row) { return text.find(row.phrase) != std::string_view::npos; });
    return found == known.end() ? unknown : found->meaning;
}

}

RefusalMeaning meaning_of(const Reply& refusal, std::string_view user)
{
    if (refusal.has_code("AUTH")) return credentials;
    if (has_one_of(refusal, "IN-USE", "LOGIN-DELAY", "SYS/TEMP")) return by_code;
    const auto words = meaning_of_words(words_of(refusal, user));
    // RFC 3206 §5: what a person must mend. A text that says what is worth more than the code.
    if (refusal.has_code("SYS/PERM") && words != not_enabled && words != too_often) return by_code;
    return words;
}

}
