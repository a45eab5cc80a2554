#pragma once
// What the server says it can do: CAPA, RFC 2449; SASL RFC 5034, STLS RFC 2595, UTF8 and LANG RFC 6856.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace popfetch::pop3 {

struct Capabilities {
    bool announced = false; // false: the server does not know CAPA; the rest is then RFC 1939's minimum
    bool top = false, uidl = false, user = false, stls = false, pipelining = false;
    bool resp_codes = false, auth_resp_code = false, utf8 = false, utf8_user = false;
    std::vector<std::string> sasl;       // upper case, in the server's order
    std::optional<unsigned> login_delay; // seconds (the smallest, where USER is appended)
    std::optional<unsigned> expire;      // days; 0 also for a message that has been retrieved (QUIT deletes it!)
    bool expire_never = false;
    std::string implementation;     // foreign text
    std::vector<std::string> lines; // as sent

    bool operator==(const Capabilities&) const = default;

    /// For remembering a server between runs: lines of text; empty for a server without CAPA.
    std::string to_text() const;
    static Capabilities from_text(std::string_view text);
    /// One line of the reply to CAPA, in any case; what is not known is kept in `lines` only.
    void add_line(std::string_view line);
};

/// What a server is to be remembered by: what it announced before login (SASL, STLS) and after it (often TOP, UIDL and
/// PIPELINING only then); of a line that it said twice, the later.
Capabilities together(const Capabilities& before_login, const Capabilities& after_login);

}
