#pragma once
// The keys of an account: one row each in keys.cpp. To add one: a row there, a row in popfetch.toml(5), a test.

#include <span>
#include <string_view>

#include "row.hpp"

namespace popfetch::config {

/// What more there is to know of a key, for the checks that look at a section as a whole.
enum class Trait {
    plain,
    password, // a source of the password: at most one in a section
    tls,      // means something only with TLS
    own,      // must differ from account to account: not in [defaults]
};

struct AccountRow {
    Row<Account> row;
    Trait trait = Trait::plain;
    Field::Shown shown = Field::Shown::yes;

    std::string_view name() const noexcept { return row.key.name; }
};

const AccountRow* find_row(std::string_view key) noexcept;

/// What to say of a key that there is not: `did you mean "tls_ca_file"?`, or how what it means elsewhere is done here.
std::string advice_for_unknown(std::string_view key);

}
