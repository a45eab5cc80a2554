// The table of mechanisms, strongest first, and the choice among them.

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/printable.hpp>

#include "attempt.hpp"

namespace popfetch::sasl {

namespace {

struct Row {
    MechanismTraits traits;
    Maker make;
    bool depends_on_build = false;
};

constexpr bool yes = true, no = false;

// A token or a certificate comes first, since nobody configures one for anything else; then what proves that nobody is
// in the middle, then what does not show the password. Not automatic: LOGIN, which PLAIN replaces; CRAM-MD5, which lets
// whoever listens guess passwords at leisure; GSSAPI, where nothing tells whether a ticket is meant for this. NTLM and
// DIGEST-MD5 are left out for good (RFC 6331).
// clang-format off
constexpr auto rows = std::to_array<Row>({
    // name                   password token certificate plaintext automatic binds
    {{"OAUTHBEARER",          no,      yes,  no,         yes,      yes,      no},  oauthbearer},
    {{"XOAUTH2",              no,      yes,  no,         yes,      yes,      no},  xoauth2},
    {{"EXTERNAL",             no,      no,   yes,        no,       yes,      no},  client_first},
    {{"SCRAM-SHA-256-PLUS",   yes,     no,   no,         no,       yes,      yes}, scram_sha_256},
    {{"SCRAM-SHA-1-PLUS",     yes,     no,   no,         no,       yes,      yes}, scram_sha_1},
    {{"SCRAM-SHA-256",        yes,     no,   no,         no,       yes,      no},  scram_sha_256},
    {{"SCRAM-SHA-1",          yes,     no,   no,         no,       yes,      no},  scram_sha_1},
    {{"GSSAPI",               no,      no,   no,         no,       no,       no},  client_first, yes},
    {{"PLAIN",                yes,     no,   no,         yes,      yes,      no},  client_first},
    {{"LOGIN",                yes,     no,   no,         yes,      no,       no},  server_first},
    {{"CRAM-MD5",             yes,     no,   no,         no,       no,       no},  server_first},
});
// clang-format on

constexpr auto all_traits = [] {
    std::array<MechanismTraits, rows.size()> all{};
    std::ranges::transform(rows, all.begin(), &Row::traits);
    return all;
}();

const Row* find_row(std::string_view name)
{
    for (const auto& row : rows) {
        if (base::equal_ignoring_case(row.traits.name, name)) return &row;
    }
    return nullptr;
}

bool can_bind(const Channel& channel)
{
    return !channel.tls_exporter.empty() || !channel.tls_unique.empty() || !channel.tls_server_end_point.empty();
}

// Who asks for EXTERNAL by name may be known to the server by other things than a certificate: a UNIX socket, a tunnel.
enum class Asked { by_name, automatically };

bool fits(const Row& row, std::span<const std::string> offered, const Credentials& credentials, const Channel& channel,
          Asked asked)
{
    const auto& traits = row.traits;
    const auto is_this = [&](const std::string& name) { return base::equal_ignoring_case(name, traits.name); };
    if (std::ranges::none_of(offered, is_this)) return false;
    if (traits.needs_password && !credentials.password) return false;
    if (traits.needs_token && !credentials.token) return false;
    if (traits.needs_certificate && !credentials.client_certificate && asked == Asked::automatically) return false;
    if (traits.plaintext && !channel.encrypted) return false;
    if (traits.binds_channel && !can_bind(channel)) return false;
    return !row.depends_on_build || gnu_sasl_has(traits.name);
}

}

std::span<const MechanismTraits> mechanisms() { return all_traits; }

const MechanismTraits* find_mechanism(std::string_view name)
{
    const auto* row = find_row(name);
    return row == nullptr ? nullptr : &row->traits;
}

std::optional<std::string> choose(std::span<const std::string> offered, std::span<const std::string> allowed,
                                  const Credentials& credentials, const Channel& channel)
{
    for (const auto& name : allowed) {
        const auto* row = find_row(name);
        if (row != nullptr && fits(*row, offered, credentials, channel, Asked::by_name)) return std::string{row->traits.name};
    }
    if (!allowed.empty()) return std::nullopt;

    for (const auto& row : rows) {
        if (row.traits.automatic && fits(row, offered, credentials, channel, Asked::automatically))
            return std::string{row.traits.name};
    }
    return std::nullopt;
}

std::unique_ptr<Mechanism> begin(const std::string& name, const Credentials& credentials, const Channel& channel,
                                 std::span<const std::string> offered)
{
    const auto* row = find_row(name);
    if (row == nullptr)
        throw base::Error{base::ExitStatus::config, "auth.unknown_mechanism",
                          "there is no mechanism \"" + base::printable(name) + '"'};
    refuse_nul(credentials.user, "the user name");
    refuse_nul(credentials.authorization_id, "the authorization identity");
    return row->make({row->traits, credentials, channel, offered});
}

}
