#include "field.hpp"

#include <popfetch/base/number.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/base/suggestion.hpp>
#include <popfetch/base/units.hpp>
#include <popfetch/config/configuration.hpp>

#include "placeholders.hpp"

namespace popfetch::config {

namespace {

constexpr std::chrono::seconds ten_years = std::chrono::hours{24 * 3650};

bool fits_on_a_line(std::string_view text)
{
    return text.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos;
}

}

std::string Section::at(unsigned line) const { return file + ':' + std::to_string(line) + ": "; }

std::string Field::place() const { return section_.at(value_.line) + '"' + name_ + "\" in " + section_.title; }

std::string Field::described() const
{
    if (const auto* const text = std::get_if<std::string>(&value_.is)) {
        if (shown_ == Shown::never) return "text";
        return text->empty() ? "empty" : '"' + base::printable(*text) + '"';
    }
    if (const auto* const number = std::get_if<std::int64_t>(&value_.is))
        return shown_ == Shown::never ? "a number" : std::to_string(*number);
    if (const auto* const flag = std::get_if<bool>(&value_.is)) return *flag ? "true" : "false";
    if (is_list()) return "a list";
    if (is_table()) return "a table";
    return std::string{std::get<Value::Other>(value_.is).what};
}

void Field::wrong(std::string_view expected) const
{
    throw Invalid{"config.value", place() + " is " + described(), "expected " + std::string{expected}};
}

void Field::invalid(std::string_view text, std::string_view advice) const
{
    throw Invalid{"config.value", place() + ": " + std::string{text}, advice};
}

void Field::unknown(const Member& member, std::string_view advice) const
{
    throw Invalid{"config.unknown_key",
                  section_.at(member.line) + "unknown key \"" + base::printable(member.key) + "\" in \"" + name_ +
                      "\" of " + section_.title,
                  advice};
}

void Field::lacks(std::string_view text) const
{
    throw Invalid{"config.missing", place() + " needs " + std::string{text}};
}

void Field::wrong_word(const std::vector<std::string_view>& words) const
{
    std::string expected;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) expected += i + 1 == words.size() ? " or " : ", ";
        expected += '"' + std::string{words[i]} + '"';
    }
    wrong(expected);
}

std::string Field::text(std::string_view expected) const
{
    const auto* const text = std::get_if<std::string>(&value_.is);
    if (text == nullptr || text->empty()) wrong(expected);
    if (!fits_on_a_line(*text)) invalid("a line break or NUL is inside", "POP3 cannot carry that");
    return understood([&] { return filled(*text, section_.account); });
}

bool Field::flag() const
{
    if (!is_flag()) wrong("true or false");
    return std::get<bool>(value_.is);
}

std::uint64_t Field::number(std::uint64_t least, std::uint64_t most) const
{
    const auto* const number = std::get_if<std::int64_t>(&value_.is);
    const bool fits = number != nullptr && *number >= 0 && static_cast<std::uint64_t>(*number) >= least &&
                      static_cast<std::uint64_t>(*number) <= most;
    if (!fits) wrong("a number from " + std::to_string(least) + " to " + std::to_string(most));
    return static_cast<std::uint64_t>(*number);
}

std::chrono::seconds Field::duration(std::string_view example) const
{
    const auto* const text = std::get_if<std::string>(&value_.is);
    const auto parsed = text == nullptr ? std::nullopt : base::parse_duration(*text);
    const auto duration = parsed.value_or(std::chrono::seconds{0});
    if (duration < std::chrono::seconds{1} || duration > ten_years)
        wrong("a duration such as \"" + std::string{example} + "\", with s, m, h, d or w");
    return duration;
}

std::uint64_t Field::size(std::string_view example) const
{
    const auto* const text = std::get_if<std::string>(&value_.is);
    const auto* const number = std::get_if<std::int64_t>(&value_.is);
    const auto size = text != nullptr                     ? base::parse_size(*text)
                      : number != nullptr && *number >= 0 ? std::optional{static_cast<std::uint64_t>(*number)}
                                                          : std::nullopt;
    if (!size || *size == 0) wrong("a size such as \"" + std::string{example} + "\", with K, M, G or T");
    return *size;
}

base::Path Field::path() const
{
    const auto written = text("a path");
    return understood([&] { return resolve(written, section_.folder); });
}

base::Secret Field::secret() const
{
    const auto* const text = std::get_if<std::string>(&value_.is);
    if (text == nullptr || text->empty()) wrong("text in quotes");
    if (!fits_on_a_line(*text)) invalid("a line break or NUL is inside", "POP3 cannot carry that");
    return base::Secret{*text};
}

std::vector<std::string> Field::argv(Run run) const
{
    constexpr std::string_view expected =
        "a list of texts, the program first (no shell reads it): [\"pass\", \"show\", \"mail\"]";
    const auto* const list = std::get_if<Value::List>(&value_.is);
    if (list == nullptr || list->empty()) wrong(expected);
    std::vector<std::string> argv;
    for (const auto& element : *list) {
        const auto* const text = std::get_if<std::string>(&element.is);
        if (text == nullptr) wrong(expected);
        if (text->find('\0') != std::string::npos) invalid("a NUL is inside");
        const bool by_path = argv.empty() && (text->starts_with('~') || text->find('/') != std::string::npos);
        if (by_path)
            argv.push_back(Field{section_, name_, element, Shown::never}.path().string());
        else
            argv.push_back(run == Run::once ? filled_argument(*text, section_.account) : *text);
    }
    if (argv.front().empty()) wrong(expected);
    return argv;
}

std::vector<std::string> Field::texts(std::string_view expected) const
{
    std::vector<std::string> texts;
    for (const auto& element : elements()) {
        if (!element.is_text()) wrong(expected);
        texts.push_back(element.text(expected));
    }
    if (texts.empty()) wrong(expected);
    return texts;
}

std::vector<Field> Field::elements() const
{
    const auto* const list = std::get_if<Value::List>(&value_.is);
    if (list == nullptr) return {*this};
    std::vector<Field> elements;
    for (const auto& element : *list) elements.emplace_back(section_, name_, element, shown_);
    return elements;
}

Field Field::member(const Member& member) const { return {section_, name_ + '.' + member.key, member.value, shown_}; }

}
