#pragma once
// The whole of a file's text: [defaults] and [account.NAME] become Accounts. Looks at no file and at no environment but
// for what ~ is.

#include <optional>
#include <string_view>
#include <vector>

#include <popfetch/config/configuration.hpp>

#include "field.hpp"

namespace popfetch::config {

struct Parsed {
    Configuration configuration;
    std::optional<unsigned> secret_line; // where the first password stands in the text
};

Parsed parse_text(std::string_view text, const base::Path& file);

/// What [defaults] and an account say, for the checks that need to see both.
struct Sources {
    const Value::Table& defaults;
    const Value::Table& own;

    const Member* find(std::string_view key) const noexcept
    {
        const auto* const member = config::find(own, key);
        return member != nullptr ? member : config::find(defaults, key);
    }
};

/// Two keys of one section that exclude each other; every key is one that there is. Throw Invalid
/// "config.contradiction".
void check_password_sources(const Section& section, const Value::Table& members);
void check_tls(const Section& section, const Value::Table& members, TlsMode mode);

/// What an account must have, once [defaults] are in it, and has not; `line` is that of its header. "config.missing".
std::vector<Invalid> missing_in(const Section& section, unsigned line, const Account& account);

/// What is odd: one line for each.
void warn_of(const Section& section, const Sources& sources, const Account& account,
             std::vector<std::string>& warnings);

}
