#include <popfetch/config/url.hpp>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/base/suggestion.hpp>
#include <popfetch/sasl/mechanism.hpp>

#include "ports.hpp"
#include "uri.hpp"

namespace popfetch::config {

namespace {

[[noreturn]] void refuse(std::string_view text, std::string_view advice = {})
{
    throw Invalid{"config.url", "URL: " + std::string{text}, advice};
}

std::string decoded(std::string_view text, std::string_view what)
{
    auto plain = percent_decoded(text);
    if (!plain)
        refuse("a % in " + std::string{what} + " is not followed by two hex digits", "write %25 for a % itself");
    if (plain->find_first_of(std::string_view{"\r\n\0", 3}) != std::string::npos)
        refuse(std::string{what} + " has a line break or NUL inside", "POP3 cannot carry that");
    return *plain;
}

TlsMode mode_of(const std::string& scheme)
{
    if (scheme == "pop") return TlsMode::starttls;
    if (scheme == "pops") return TlsMode::implicit;
    std::string_view advice = "pop:// (STLS) and pops:// (TLS from the start) are known";
    if (scheme == "pop3") advice = "did you mean pop://?";
    if (scheme == "pop3s") advice = "did you mean pops://?";
    refuse("unknown scheme \"" + base::printable(scheme) + '"', advice);
}

// RFC 2384 §4: "*" leaves the choice to us, "+" marks what is no SASL mechanism, of which APOP is the only one.
std::vector<std::string> auth_of(std::string_view value)
{
    auto name = base::to_upper(decoded(value, "auth"));
    if (name == "*") return {"auto"};
    const bool known = name == "+APOP" || name == "USER" || sasl::find_mechanism(name) != nullptr;
    if (!known) refuse("there is no mechanism \"" + base::printable(name) + '"', "popfetch.toml(5) lists them");
    if (name.front() == '+') name.erase(0, 1);
    return {name};
}

void read_userinfo(std::string_view userinfo, Account& account)
{
    const auto semicolon = userinfo.find(';');
    const auto user = userinfo.substr(0, semicolon);
    if (userinfo.find(':') != std::string_view::npos)
        refuse("a password does not belong here: everybody could read it in the list of processes",
               "leave it out, and popfetch asks for it");
    account.user = decoded(user, "the user");
    if (semicolon == std::string_view::npos) return;
    const auto parameter = userinfo.substr(semicolon + 1);
    constexpr std::string_view auth = "auth=";
    if (!base::starts_with_ignoring_case(parameter, auth)) refuse("after the user only \";auth=MECHANISM\" may stand");
    account.auth = auth_of(parameter.substr(auth.size()));
}

void check_rest(const std::string& rest)
{
    if (rest.empty() || rest == "/") return;
    refuse("nothing may stand after the host and the port",
           "name messages in arguments of their own: popfetch show URL 7");
}

std::string name_of(const Account& account, const Uri& uri)
{
    const bool is_ipv6 = is_ipv6_address(uri.host);
    std::string name = account.user.empty() ? "" : account.user + '@';
    name += is_ipv6 ? '[' + uri.host + ']' : base::to_lower(uri.host);
    const bool usual = account.dial.port == implicit_port || account.dial.port == clear_port;
    return usual ? name : name + ':' + std::to_string(account.dial.port);
}

int hex_digit(char c) noexcept
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

}

bool looks_like_url(std::string_view text) noexcept { return text.find("://") != std::string_view::npos; }

Account parse_url(std::string_view url)
{
    const auto [uri, fault] = parse_uri(url);
    if (!fault.empty()) refuse(fault);
    Account account;
    account.tls_mode = mode_of(uri.scheme);
    check_rest(uri.rest);
    if (uri.userinfo) read_userinfo(*uri.userinfo, account);
    account.dial.host = uri.host;
    account.dial.port = uri.port.value_or(usual_port(account.tls_mode));
    account.tls.server_name = certificate_name(uri.host);
    account.name = name_of(account, uri);
    return account;
}

std::optional<std::string> percent_decoded(std::string_view text)
{
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            plain += text[i];
            continue;
        }
        if (text.size() - i < 3) return std::nullopt;
        const int high = hex_digit(text[i + 1]);
        const int low = hex_digit(text[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        plain += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return plain;
}

}
