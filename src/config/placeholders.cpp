#include "placeholders.hpp"

#include <popfetch/base/printable.hpp>
#include <popfetch/config/account.hpp>

namespace popfetch::config {

namespace {

constexpr std::string_view account_token = "%{account}";

}

std::string filled_argument(std::string_view text, std::string_view account)
{
    std::string result{text};
    for (auto at = result.find(account_token); at != std::string::npos;
         at = result.find(account_token, at + account.size()))
        result.replace(at, account_token.size(), account);
    return result;
}

std::string filled(std::string_view text, std::string_view account)
{
    for (auto at = text.find("%{"); at != std::string_view::npos; at = text.find("%{", at + 2)) {
        const auto rest = text.substr(at);
        if (rest.starts_with(account_token)) continue;
        const auto token = rest.substr(0, std::min(rest.find('}'), rest.size() - 1) + 1);
        throw Invalid{"config.value", '"' + base::printable(token) + "\" means nothing here",
                      "only %{account} is replaced; the others are for the command of a pipe"};
    }
    return filled_argument(text, account);
}

}
