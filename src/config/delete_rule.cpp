// delete = "never", "fetched", an age, or a table that says how much of the newest mail stays.

#include <optional>

#include <popfetch/base/printable.hpp>
#include <popfetch/base/units.hpp>

#include "row.hpp"

namespace popfetch::config {

namespace {

constexpr Row<fetch::DeleteRule> rows[] = {
    {{"delete", "keep_newest", "number", "of the fetched messages the newest so many stay on the server"},
     [](const Field& field, fetch::DeleteRule& rule) {
         rule = fetch::KeepNewest{field.number(1, std::numeric_limits<std::uint32_t>::max())};
     }},
    {{"delete", "keep_bytes", "size", "of the fetched messages the newest stay, up to so many octets"},
     [](const Field& field, fetch::DeleteRule& rule) { rule = fetch::KeepBytes{field.size("500M")}; }},
};

std::optional<fetch::DeleteRule> rule_in(std::string_view text)
{
    if (text == "never") return fetch::Never{};
    if (text == "fetched") return fetch::Fetched{};
    const auto age = base::parse_duration(text);
    if (!age || *age < std::chrono::seconds{1}) return std::nullopt;
    return fetch::Age{*age};
}

}

fetch::DeleteRule read_delete(const Field& field)
{
    if (field.is_table()) {
        fetch::DeleteRule rule;
        read_members(field, rows, rule);
        if (field.members().size() != 1) field.lacks("either \"keep_newest\" or \"keep_bytes\"");
        return rule;
    }
    constexpr std::string_view expected =
        "\"never\", \"fetched\", an age such as \"14d\", { keep_newest = 1000 } or { keep_bytes = \"500M\" }";
    const auto rule = rule_in(field.text(expected));
    if (!rule) field.wrong(expected);
    return *rule;
}

fetch::DeleteRule parse_delete_rule(std::string_view text)
{
    const auto rule = rule_in(text);
    if (rule) return *rule;
    throw Invalid{"config.value", "when to delete is \"" + base::printable(text) + '"',
                  "expected \"never\", \"fetched\" or an age such as \"14d\""};
}

std::string to_text(const fetch::DeleteRule& rule)
{
    struct Words {
        std::string operator()(const fetch::Never&) const { return "never"; }
        std::string operator()(const fetch::Fetched&) const { return "fetched"; }
        std::string operator()(const fetch::Age& age) const { return base::format_duration(age.age); }
        std::string operator()(const fetch::KeepNewest& keep) const
        {
            return "keep_newest " + std::to_string(keep.messages);
        }
        std::string operator()(const fetch::KeepBytes& keep) const
        {
            return "keep_bytes " + base::format_size(keep.octets);
        }
    };
    return std::visit(Words{}, rule);
}

void add_delete_keys(std::vector<Key>& keys)
{
    for (const auto& row : rows) keys.push_back(row.key);
}

}
