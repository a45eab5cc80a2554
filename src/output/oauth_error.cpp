#include <popfetch/output/oauth_error.hpp>

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/printable.hpp>

namespace popfetch::output {

namespace {

using Json = nlohmann::json;

constexpr std::size_t largest_detail =
    std::size_t{64} * 1024; // octets; a SASL challenge of POP3 is far smaller (RFC 5034 §4)

struct Meaning {
    std::string_view status, words;
};

// RFC 6750 §3.1, RFC 6749 §5.2. Google and Microsoft send the HTTP status that stands for them.
constexpr std::array meanings{
    Meaning{"invalid_token", "the token is expired, revoked or malformed"},
    Meaning{"invalid_request", "the request was malformed"},
    Meaning{"insufficient_scope", "the token does not cover this kind of access"},
    Meaning{"invalid_grant", "the authorization is expired or revoked; it has to be given again"},
    Meaning{"invalid_client", "the client is not known there"},
    Meaning{"unauthorized_client", "the client may not do this"},
    Meaning{"temporarily_unavailable", "try later"},
    Meaning{"400", "the token is expired, revoked or malformed"},
    Meaning{"401", "the token is expired, revoked or not meant for this server"},
    Meaning{"403", "the token does not cover this kind of access"},
};

std::string in_quotes(std::string_view text) { return '"' + base::printable(base::trim(text)) + '"'; }

/// A member as text, whether the server wrote "400" or 400; empty when there is none.
std::string member(const Json& object, const char* name)
{
    const auto found = object.find(name);
    if (found == object.end()) return {};
    if (found->is_string()) return found->get<std::string>();
    return found->is_number_integer() ? found->dump() : std::string{};
}

/// The first line: Microsoft puts trace ids and a time stamp below it.
std::string_view first_line(std::string_view text) { return text.substr(0, text.find_first_of("\r\n")); }

std::string_view meaning_of(std::string_view status)
{
    const auto* const found = std::ranges::find_if(
        meanings, [status](const Meaning& meaning) { return base::equal_ignoring_case(meaning.status, status); });
    return found == meanings.end() ? std::string_view{} : found->words;
}

std::string describe(const Json& object)
{
    std::string status = member(object, "status");
    if (status.empty()) status = member(object, "error");
    const std::string description = member(object, "error_description");
    const std::string scope = member(object, "scope");
    const std::string configuration = member(object, "openid-configuration");
    if (status.empty() && description.empty()) return {};

    std::string text =
        "the server says " + in_quotes(status.empty() ? first_line(description) : std::string_view{status});
    const std::string_view meaning = meaning_of(status);
    if (!meaning.empty()) text.append(": ").append(meaning);
    if (!status.empty() && !description.empty()) text += "; " + in_quotes(first_line(description));
    if (!scope.empty()) text += "; it wants the scope " + in_quotes(scope);
    if (!configuration.empty()) text += "; tokens come from " + in_quotes(configuration);
    return text;
}

}

std::string describe_oauth_error(std::string_view detail)
{
    detail = base::trim(detail);
    if (detail.empty()) return {};
    std::string text;
    if (detail.size() <= largest_detail) {
        const Json object = Json::parse(base::valid_utf8(detail), nullptr, false);
        if (object.is_object()) text = describe(object);
    }
    return text.empty() ? "the server says " + in_quotes(detail) : text;
}

}
