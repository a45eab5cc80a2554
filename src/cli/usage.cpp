#include "usage.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include <popfetch/base/printable.hpp>
#include <popfetch/base/suggestion.hpp>

#include "help.hpp"

namespace popfetch::cli {

namespace {

// The parser's exceptions name the option before a colon or a blank.
std::string option_in(std::string_view text) { return std::string{text.substr(0, text.find_first_of(": "))}; }

class Reading {
public:
    explicit Reading(const CLI::App& app) : app_{app}
    {
        const auto given = app.get_subcommands();
        if (!given.empty()) command_ = given.front();
    }

    base::Error unknown(const std::vector<std::string>& words) const
    {
        const auto option = std::ranges::find_if(words, [](const auto& word) { return word.starts_with('-'); });
        if (option != words.end()) return no_option(option->substr(0, option->find('=')));
        const auto word = words.empty() ? std::string{} : base::printable(words.front());
        return complaint("usage.word", "\"" + word + "\" is one word too many", usage());
    }

    base::Error missing(const std::string& name) const
    {
        const auto* option = named(name);
        const bool positional = option && !option->nonpositional();
        return complaint("usage.missing", (positional ? option->get_type_name() : name) + " is missing", usage());
    }

    base::Error missing_value(const std::string& name) const
    {
        const auto* option = named(name);
        return complaint("usage.missing",
                         name + ": " + (option ? option->get_type_name() : "its value") + " is missing", usage());
    }

    static base::Error complaint(std::string_view kind, const std::string& what, const std::string& advice = {})
    {
        return base::Error{base::ExitStatus::usage, std::string{kind}, what, advice};
    }

private:
    base::Error no_option(const std::string& option) const
    {
        std::vector<std::string> names = option_names(app_);
        if (command_) std::ranges::move(option_names(*command_), std::back_inserter(names));
        const auto near = base::nearest(option, std::vector<std::string_view>{names.begin(), names.end()});
        const std::string page = command_ ? "popfetch " + command_->get_name() + " --help" : "popfetch --help";
        return complaint("usage.option", "there is no option " + base::printable(option),
                         near.empty() ? page + " lists them" : "did you mean " + near + "?");
    }

    static std::vector<std::string> option_names(const CLI::App& app)
    {
        std::vector<std::string> names;
        for (const auto* option : app.get_options())
            for (const auto& name : option->get_lnames()) names.push_back("--" + name);
        return names;
    }

    const CLI::Option* named(const std::string& name) const
    {
        const auto* own = command_ ? command_->get_option_no_throw(name) : nullptr;
        return own ? own : app_.get_option_no_throw(name);
    }

    std::string usage() const { return "usage: " + usage_line(command_ ? *command_ : app_); }

    const CLI::App& app_;
    const CLI::App* command_ = nullptr;
};

}

base::Error usage_error(const CLI::App& app, const CLI::ParseError& error)
{
    const Reading reading{app};
    const std::string text = error.what();
    if (dynamic_cast<const CLI::ExtrasError*>(&error)) return reading.unknown(app.remaining(true));
    if (dynamic_cast<const CLI::RequiredError*>(&error)) return reading.missing(option_in(text));
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error)) return reading.missing_value(option_in(text));
    if (dynamic_cast<const CLI::ExcludesError*>(&error))
        return Reading::complaint("usage.together", base::printable(text));
    return Reading::complaint("usage.value", base::printable(text));
}

}
