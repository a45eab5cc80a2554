#include "scram_messages.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include <popfetch/base/base64.hpp>
#include <popfetch/base/number.hpp>
#include <popfetch/base/printable.hpp>

namespace popfetch::sasl {

namespace {

[[noreturn]] void bad(const std::string& what)
{
    throw SaslError{"auth.bad_challenge", "the server breaks the rules of SCRAM: " + what};
}

std::vector<std::string_view> attributes(std::string_view message)
{
    std::vector<std::string_view> parts;
    for (;;) {
        const auto comma = message.find(',');
        parts.push_back(message.substr(0, comma));
        if (comma == std::string_view::npos) return parts;
        message.remove_prefix(comma + 1);
    }
}

/// The value of attribute `name` at its place.
std::string_view value(const std::vector<std::string_view>& parts, std::size_t place, char name)
{
    if (place >= parts.size() || parts[place].size() < 2 || parts[place][0] != name || parts[place][1] != '=')
        bad(std::string{"\""} + name + "=\" is missing");
    return parts[place].substr(2);
}

void refuse_mandatory_extension(const std::vector<std::string_view>& parts)
{
    const auto mandatory = [](std::string_view part) { return part.starts_with("m="); };
    if (std::ranges::any_of(parts, mandatory)) bad("it demands an extension that does not exist");
}

}

ServerFirst parse_server_first(std::string_view message, std::string_view client_nonce, Iterations accepted)
{
    const auto parts = attributes(message);
    refuse_mandatory_extension(parts);

    const auto nonce = value(parts, 0, 'r');
    const auto is_printable = [](char c) { return c > ' ' && c < '\x7f'; };
    if (!nonce.starts_with(client_nonce) || nonce.size() == client_nonce.size() ||
        !std::ranges::all_of(nonce, is_printable))
        bad("its nonce does not continue ours");

    const auto salt = base::from_base64(value(parts, 1, 's'));
    if (!salt || salt->empty()) bad("its salt is not base64");

    const auto count = value(parts, 2, 'i');
    const auto iterations = base::parse_number<unsigned>(count, accepted.least, accepted.most);
    if (!iterations)
        bad("it asks for " + base::printable(count, 20) + " iterations; " + std::to_string(accepted.least) + " to " +
            std::to_string(accepted.most) + " are accepted");

    return {std::string{nonce}, *salt, *iterations};
}

ServerFinal parse_server_final(std::string_view message)
{
    const auto parts = attributes(message);
    refuse_mandatory_extension(parts);
    if (parts[0].starts_with("e=")) return {{}, std::string{parts[0].substr(2)}};

    const auto signature = base::from_base64(value(parts, 0, 'v'));
    if (!signature || signature->empty()) bad("its signature is not base64");
    return {*signature, {}};
}

}
