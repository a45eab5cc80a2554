#include <popfetch/pop3/reply.hpp>

#include <algorithm>

#include <popfetch/base/ascii.hpp>

namespace popfetch::pop3 {

namespace {

// RFC 2449 §3: resp-code = "[" resp-level *("/" resp-level) "]", without blanks.
std::string response_code(std::string_view text)
{
    if (!text.starts_with('[')) return {};
    const auto closed = text.find(']');
    if (closed == std::string_view::npos) return {};
    const auto code = text.substr(1, closed - 1);
    if (!std::ranges::all_of(code, [](char c) { return c > ' ' && c < '\x7f'; })) return {};
    return base::to_upper(code);
}

}

bool Reply::has_code(std::string_view name) const
{
    return code.starts_with(name) && (code.size() == name.size() || code[name.size()] == '/');
}

std::optional<Reply> parse_reply(std::string_view line)
{
    const bool ok = base::starts_with_ignoring_case(line, "+OK");
    if (!ok && !base::starts_with_ignoring_case(line, "-ERR")) return std::nullopt;
    line.remove_prefix(ok ? 3 : 4);
    if (!line.empty() && line.front() != ' ' && line.front() != '\t') return std::nullopt;

    const auto text = base::trim(line);
    return Reply{ok, std::string{text}, response_code(text)};
}

}
