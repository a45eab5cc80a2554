#include "arguments.hpp"

#include <algorithm>
#include <utility>

#include <CLI/CLI.hpp>

#include <popfetch/base/number.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/base/suggestion.hpp>
#include <popfetch/base/units.hpp>
#include <popfetch/config/configuration.hpp>

namespace popfetch::cli {

namespace {

std::string not_wanted(const std::string& value, const std::string& wanted)
{
    return "\"" + base::printable(value) + "\" is " + wanted;
}

}

void add_account(CLI::App& command, std::string& account)
{
    command
        .add_option("account", account,
                    "An account of the configuration, or a URL: pops://user@host (TLS), pop://user@host (STLS)")
        ->type_name("ACCOUNT|URL")
        ->required();
}

void add_accounts(CLI::App& command, std::vector<std::string>& accounts)
{
    command
        .add_option("account", accounts,
                    "Accounts of the configuration, or URLs: pops://user@host (TLS), pop://user@host (STLS); none: "
                    "every enabled account")
        ->type_name("ACCOUNT|URL");
}

void add_selection(CLI::App& command, Selection& selection, Presence messages)
{
    command.add_option("message", selection.words, "Messages: 7, 3-9, 5-, uid:UID, last, all")
        ->type_name("MSG")
        ->required(messages == Presence::required);
    add_where(command, selection.where);
}

void add_where(CLI::App& command, std::vector<std::string>& where)
{
    command
        .add_option("--where", where,
                    "Only messages of which this holds, such as 'size>1M and from~example.org'; fields: number, size, "
                    "uid, state, from, to, subject, older, newer")
        ->type_name("TERMS")
        ->allow_extra_args(false)
        ->check(readable_by([](const std::string& text) { Where{text}; }), "");
}

ValueCheck one_of(std::vector<std::string_view> words)
{
    return [words = std::move(words)](const std::string& value) -> std::string {
        if (std::ranges::find(words, value) != words.end()) return {};
        std::string list;
        for (const auto word : words) list += (list.empty() ? "" : ", ") + std::string{word};
        const auto near = base::nearest(value, words);
        return not_wanted(value, "none of " + list + (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
    };
}

ValueCheck a_number(std::uint64_t least, std::uint64_t most)
{
    return [=](const std::string& value) -> std::string {
        if (base::parse_number<std::uint64_t>(value, least, most)) return {};
        const bool open = most == UINT64_MAX;
        return not_wanted(value,
                          "no number from " + std::to_string(least) + (open ? " up" : " to " + std::to_string(most)));
    };
}

ValueCheck a_size()
{
    return [](const std::string& value) {
        return base::parse_size(value) ? std::string{} : not_wanted(value, "no size; write it as 300K, 50M or 1G");
    };
}

ValueCheck a_duration()
{
    return [](const std::string& value) {
        return base::parse_duration(value) ? std::string{}
                                           : not_wanted(value, "no time; write it as 30s, 5m, 12h or 14d");
    };
}

void take_path(CLI::Option& option)
{
    option.transform(CLI::Validator{[](std::string& value) {
                                        return readable_by([&value](const std::string& text) {
                                            value = config::resolve(text, {}).string();
                                        })(std::string{value});
                                    },
                                    ""});
}

ValueCheck readable_by(std::function<void(const std::string&)> read)
{
    return [read = std::move(read)](const std::string& value) -> std::string {
        try {
            read(value);
            return {};
        } catch (const base::Error& error) {
            std::string_view complaint = error.what();
            constexpr std::string_view own = "--where: "; // the parser puts the option in front itself
            if (complaint.starts_with(own)) complaint.remove_prefix(own.size());
            return std::string{complaint};
        }
    };
}

}
