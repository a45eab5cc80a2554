#include "login_refusal.hpp"

#include <popfetch/base/printable.hpp>
#include <popfetch/sasl/mechanism.hpp>

#include "known_refusals.hpp"

namespace popfetch::pop3 {

namespace {

constexpr std::size_t longest_detail = 600; // octets: an OAuth error names scopes and addresses

std::string_view advice_for(const std::string& method)
{
    const auto* traits = sasl::find_mechanism(method);
    if (traits != nullptr && traits->needs_token) return "check token_command";
    if (traits != nullptr && traits->needs_certificate)
        return "check tls_client_cert, or what the server knows of who is at this end";
    return traits == nullptr || traits->needs_password ? "check the password" : "";
}

// Returns where nothing is known.
void throw_known(const std::string& text, const Reply& reply, RefusalMeaning meaning)
{
    using base::ExitStatus;
    switch (meaning) {
    case RefusalMeaning::unknown:
    case RefusalMeaning::credentials: return;
    case RefusalMeaning::by_code: throw Refused{text, reply};
    case RefusalMeaning::busy: throw Refused{ExitStatus::temporary, "server.busy", text, reply, {}};
    case RefusalMeaning::too_often: throw Refused{ExitStatus::temporary, "server.login_delay", text, reply, {}};
    case RefusalMeaning::locked_out:
        throw Refused{ExitStatus::no_permission, "auth.locked", text, reply,
                      "the server has locked the account for a while; more attempts may prolong it"};
    case RefusalMeaning::not_enabled:
        throw Refused{ExitStatus::no_permission, "auth.not_enabled", text, reply,
                      "switch POP on in the settings of the mailbox at its provider"};
    }
}

}

bool is_not_about_credentials(const Reply& reply, std::string_view user)
{
    const auto meaning = meaning_of(reply, user);
    return meaning != RefusalMeaning::credentials && meaning != RefusalMeaning::unknown;
}

void throw_refusal(const LoginRefusal& refusal, const Reply& reply)
{
    auto text = refusal.where + ": login refused with " + refusal.method;
    if (!refusal.detail.empty()) text += " (" + base::printable(refusal.detail, longest_detail) + ')';
    throw_known(text, reply, meaning_of(reply, refusal.user));
    throw LoginFailed{text, reply, refusal.advice.empty() ? advice_for(refusal.method) : refusal.advice};
}

void throw_not_opened(const std::string& where, const Reply& reply)
{
    const auto text = where + ": the server does not open the mailbox";
    throw_known(text, reply, meaning_of(reply, {}));
    throw Refused{text, reply};
}

}
