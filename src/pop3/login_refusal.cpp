#include "login_refusal.hpp"

#include <algorithm>
#include <array>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/sasl/mechanism.hpp>

namespace popfetch::pop3 {

namespace {

constexpr std::size_t longest_detail = 600; // octets: an OAuth error names scopes and addresses

bool has_telling_code(const Reply& reply)
{
    constexpr std::array codes{"IN-USE", "LOGIN-DELAY", "SYS/TEMP", "SYS/PERM"};
    return std::ranges::any_of(codes, [&](const char* code) { return reply.has_code(code); });
}

// Seen in the answers of servers that have no response codes, when a mailbox was open elsewhere or logins came too
// often.
bool sounds_busy(const Reply& reply)
{
    constexpr std::array words{"lock", "busy", "in use", "wait", "too many", "limit", "temporar", "later"};
    const auto text = base::to_lower(reply.text);
    return std::ranges::any_of(words, [&](const char* word) { return text.find(word) != std::string::npos; });
}

std::string_view advice_for(const std::string& method)
{
    const auto* traits = sasl::find_mechanism(method);
    if (traits != nullptr && traits->needs_token) return "check token_command";
    if (traits != nullptr && traits->needs_certificate) return "check tls_client_cert";
    return traits == nullptr || traits->needs_password ? "check the password" : "";
}

}

bool is_not_about_credentials(const Reply& reply)
{
    if (reply.has_code("AUTH")) return false;
    return has_telling_code(reply) || sounds_busy(reply);
}

void throw_refusal(const std::string& where, const std::string& method, const Reply& reply, const std::string& detail)
{
    auto text = where + ": login refused with " + method;
    if (!detail.empty()) text += " (" + base::printable(detail, longest_detail) + ')';

    if (!is_not_about_credentials(reply)) throw LoginFailed{text, reply, advice_for(method)};
    if (has_telling_code(reply)) throw Refused{text, reply};
    throw Refused{base::ExitStatus::temporary, "server.busy", text, reply, {}};
}

}
