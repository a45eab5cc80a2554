#include "document.hpp"

#include <algorithm>
#include <optional>

#if __has_include(<toml++/toml.hpp>)
#include <toml++/toml.hpp>
#else
#include <toml++/toml.h>
#endif

#include <popfetch/base/printable.hpp>
#include <popfetch/base/secret.hpp>
#include <popfetch/config/account.hpp>

namespace popfetch::config {

namespace {

Value::Table members_of(toml::table& table);

// Moved out of toml++'s tree, so that no second copy of a password stays behind.
std::string take(std::string& text)
{
    std::string taken{text};
    base::wipe(text.data(), text.size());
    return taken;
}

Value value_of(toml::node& node)
{
    const auto line = static_cast<unsigned>(node.source().begin.line);
    if (auto* const text = node.as_string()) return {take(text->get()), line};
    if (const auto* const number = node.as_integer()) return {number->get(), line};
    if (const auto* const flag = node.as_boolean()) return {flag->get(), line};
    if (auto* const table = node.as_table()) return {members_of(*table), line};
    if (auto* const array = node.as_array()) {
        Value::List list;
        for (auto& element : *array) list.push_back(value_of(element));
        return {std::move(list), line};
    }
    if (node.is_floating_point()) return {Value::Other{"a number with a fraction"}, line};
    return {Value::Other{"a date or time"}, line};
}

// toml++ keeps the members of a table sorted by name; people count by what stands first.
Value::Table members_of(toml::table& table)
{
    struct Placed {
        toml::source_position at;
        Member member;
    };
    std::vector<Placed> placed;
    for (auto&& [key, node] : table) {
        const auto at = key.source().begin;
        placed.push_back({at, {std::string{key.str()}, static_cast<unsigned>(at.line), value_of(node)}});
    }
    std::sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) { return a.at < b.at; });
    Value::Table members;
    for (auto& each : placed) members.push_back(std::move(each.member));
    return members;
}

// A quotation longer than one character may be a piece of a password; the names of keys and tables may be shown.
bool quotes_a_value(std::string_view reason)
{
    if (reason.starts_with("cannot ")) return false;
    constexpr std::size_t one_character = 6; // "\u001b"
    for (auto open = reason.find('\''); open != std::string_view::npos; open = reason.find('\'', open + 1)) {
        const auto close = reason.find('\'', open + 2);
        if (close == std::string_view::npos || close - open - 1 > one_character) return true;
        open = close;
    }
    return false;
}

std::string explained(const toml::parse_error& error)
{
    std::string_view reason = error.description();
    constexpr std::string_view preamble = "Error while parsing ";
    if (reason.starts_with(preamble)) {
        const auto colon = reason.find(": ");
        if (colon != std::string_view::npos) reason.remove_prefix(colon + 2);
    }
    if (reason == "could not determine value type") return "this is no TOML value; text stands in quotes";
    return quotes_a_value(reason) ? "this is no TOML value" : base::printable(reason);
}

void wipe(Value::Table& table);

void wipe(Value& value)
{
    if (auto* const text = std::get_if<std::string>(&value.is)) base::wipe(text->data(), text->size());
    if (auto* const table = std::get_if<Value::Table>(&value.is)) wipe(*table);
    if (auto* const list = std::get_if<Value::List>(&value.is))
        for (auto& element : *list) wipe(element);
}

void wipe(Value::Table& table)
{
    for (auto& member : table) wipe(member.value);
}

}

const Member* find(const Value::Table& table, std::string_view key) noexcept
{
    const auto found =
        std::find_if(table.begin(), table.end(), [&](const Member& member) { return member.key == key; });
    return found == table.end() ? nullptr : &*found;
}

Document::Document(std::string_view text, std::string_view file)
{
    try {
        toml::table table = toml::parse(text, file);
        members_ = members_of(table);
    } catch (const toml::parse_error& error) {
        throw Invalid{"config.syntax",
                      std::string{file} + ':' + std::to_string(error.source().begin.line) + ": " + explained(error)};
    }
}

Document::~Document() { wipe(members_); }

}
