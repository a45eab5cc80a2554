#include <popfetch/pop3/capabilities.hpp>

#include <algorithm>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/number.hpp>

namespace popfetch::pop3 {

namespace {

// The first line of the remembered text: without it a server that announces nothing would look like one without CAPA.
constexpr std::string_view heading = "CAPA\n";

void add_mechanisms(std::vector<std::string>& sasl, std::string_view names)
{
    while (!names.empty()) {
        auto name = base::to_upper(base::take_word(names));
        if (std::ranges::find(sasl, name) == sasl.end()) sasl.push_back(std::move(name));
    }
}

// RFC 2449 §6.5: "LOGIN-DELAY 300 USER" before login is the smallest of all users' delays.
void add_login_delay(std::optional<unsigned>& delay, std::string_view arguments)
{
    const auto seconds = base::parse_number<unsigned>(base::take_word(arguments));
    if (seconds && (!delay || *seconds < *delay)) delay = seconds;
}

void add_expire(Capabilities& capabilities, std::string_view arguments)
{
    const auto days = base::take_word(arguments);
    if (base::equal_ignoring_case(days, "NEVER"))
        capabilities.expire_never = true;
    else if (const auto number = base::parse_number<unsigned>(days))
        capabilities.expire = number;
}

bool has_word(std::string_view words, std::string_view wanted)
{
    while (!words.empty())
        if (base::equal_ignoring_case(base::take_word(words), wanted)) return true;
    return false;
}

struct Flag {
    std::string_view name;
    bool Capabilities::*member;
};

constexpr Flag flags[] = {
    {"TOP", &Capabilities::top},
    {"UIDL", &Capabilities::uidl},
    {"USER", &Capabilities::user},
    {"STLS", &Capabilities::stls},
    {"PIPELINING", &Capabilities::pipelining},
    {"RESP-CODES", &Capabilities::resp_codes},
    {"AUTH-RESP-CODE", &Capabilities::auth_resp_code},
    {"UTF8", &Capabilities::utf8},
};

}

void Capabilities::add_line(std::string_view line)
{
    announced = true;
    lines.emplace_back(line);

    auto arguments = base::trim(line);
    const auto name = base::take_word(arguments);
    for (const auto& flag : flags)
        if (base::equal_ignoring_case(name, flag.name)) this->*flag.member = true;

    if (base::equal_ignoring_case(name, "SASL"))
        add_mechanisms(sasl, arguments);
    else if (base::equal_ignoring_case(name, "LOGIN-DELAY"))
        add_login_delay(login_delay, arguments);
    else if (base::equal_ignoring_case(name, "EXPIRE"))
        add_expire(*this, arguments);
    else if (base::equal_ignoring_case(name, "IMPLEMENTATION"))
        implementation = arguments;
    else if (base::equal_ignoring_case(name, "UTF8") && has_word(arguments, "USER"))
        utf8_user = true;
}

std::string Capabilities::to_text() const
{
    if (!announced) return {};
    std::string text{heading};
    for (const auto& line : lines) {
        // In a CRLF session a lone LF is part of the line; no capability has one in its name.
        if (line.find('\n') == std::string::npos) text += line + '\n';
    }
    return text;
}

Capabilities Capabilities::from_text(std::string_view text)
{
    Capabilities capabilities;
    if (!text.starts_with(heading)) return capabilities;
    capabilities.announced = true;
    text.remove_prefix(heading.size());
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        capabilities.add_line(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return capabilities;
}

Capabilities together(const Capabilities& before_login, const Capabilities& after_login)
{
    const auto name_of = [](std::string_view line) {
        line = base::trim(line);
        return base::to_upper(base::take_word(line));
    };
    const auto said_again = [&](const std::string& line) {
        const auto name = name_of(line);
        if (name == "SASL") return std::ranges::find(after_login.lines, line) != after_login.lines.end();
        return std::ranges::any_of(after_login.lines, [&](const auto& later) { return name_of(later) == name; });
    };

    Capabilities both;
    both.announced = before_login.announced || after_login.announced;
    for (const auto& line : before_login.lines)
        if (!said_again(line)) both.add_line(line);
    for (const auto& line : after_login.lines) both.add_line(line);
    return both;
}

}
