#pragma once
// The status line of a reply: RFC 1939 §3, response codes RFC 2449 §8 and RFC 3206.

#include <optional>
#include <string>
#include <string_view>

namespace popfetch::pop3 {

struct Reply {
    bool ok = false;
    std::string text; // after +OK or -ERR, as sent; foreign: to a terminal only through printable()
    std::string code; // "IN-USE", upper case, without brackets; empty when there is none or it is not closed

    /// True when the code is `name` or begins with `name` and a slash.
    bool has_code(std::string_view name) const;
};

/// Parses a status line; nothing when it is neither +OK nor -ERR. Case is not minded (FAULTS P04).
std::optional<Reply> parse_reply(std::string_view line);

}
