#include "attempt.hpp"

#include <algorithm>

namespace popfetch::sasl {

namespace {

[[noreturn]] void misconfigured(std::string_view kind, const std::string& text, std::string_view advice = {})
{
    throw base::Error{base::ExitStatus::config, kind, text, advice};
}

bool is_visible(char c) { return c > ' ' && c < '\x7f'; }

}

void refuse_nul(std::string_view text, std::string_view what)
{
    if (text.find('\0') == std::string_view::npos) return;
    misconfigured("auth.bad_credentials", std::string{what} + " contains a NUL character, which no server accepts");
}

base::Secret password_of(const Credentials& credentials)
{
    if (!credentials.password) misconfigured("auth.no_password", "no password is configured");
    auto password = credentials.password();
    refuse_nul(password.reveal(), "the password");
    return password;
}

base::Secret token_of(const Credentials& credentials)
{
    if (!credentials.token) misconfigured("auth.no_token", "no access token is configured", "set token_command");
    auto token = credentials.token();
    if (token.empty()) misconfigured("auth.no_token", "the access token is empty", "check token_command");
    if (!std::ranges::all_of(token.reveal(), is_visible))
        misconfigured("auth.bad_credentials", "the access token contains characters that no token has",
                      "token_command must print the token alone");
    return token;
}

std::string saslname(std::string_view name)
{
    std::string escaped;
    for (const char c : name) {
        if (c == '=')
            escaped += "=3D";
        else if (c == ',')
            escaped += "=2C";
        else
            escaped += c;
    }
    return escaped;
}

}
