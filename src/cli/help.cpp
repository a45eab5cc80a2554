#include "help.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

namespace popfetch::cli {

namespace {

constexpr std::size_t page_width = 80;
constexpr std::size_t widest_label = 28; // a longer one has its explanation on the next line

struct Entry {
    std::string label, text;
};

std::string wrapped(std::string_view text, std::size_t indent)
{
    std::string result;
    std::size_t column = indent;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        const auto word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (column > indent && column + 1 + word.size() > page_width) {
            result.append("\n").append(indent, ' ');
            column = indent;
        } else if (column > indent) {
            result += ' ';
            ++column;
        }
        result += word;
        column += word.size();
    }
    return result;
}

std::string listed(std::string_view title, const std::vector<Entry>& entries)
{
    if (entries.empty()) return {};
    std::size_t width = 0;
    for (const auto& entry : entries)
        if (entry.label.size() <= widest_label) width = std::max(width, entry.label.size());
    const std::size_t indent = width + 4;
    std::string page = title.empty() ? "" : std::string{title} + "\n";
    for (const auto& entry : entries) {
        std::string line = "  " + entry.label;
        if (entry.label.size() > width)
            line.append("\n").append(indent, ' ');
        else
            line.append(indent - line.size(), ' ');
        page += line + wrapped(entry.text, indent) + "\n";
    }
    return page + "\n";
}

std::string label_of(const CLI::Option& option)
{
    const auto& shorts = option.get_snames();
    const auto& longs = option.get_lnames();
    std::string label = shorts.empty() ? "    " : "-" + shorts.front() + (longs.empty() ? "" : ", ");
    if (!longs.empty()) label += "--" + longs.front();
    const auto value = option.get_type_name();
    if (value.empty() || option.get_items_expected_max() == 0) return label;
    return label + (value.starts_with('[') ? "" : " ") + value;
}

std::vector<Entry> entries_of(const CLI::App& app, bool positionals)
{
    std::vector<Entry> entries, about_itself; // -h and --version, which everybody knows, come last
    for (const auto* option : app.get_options()) {
        if (option->nonpositional() == positionals) continue;
        const bool known = option == app.get_help_ptr() || option == app.get_version_ptr();
        const auto label = positionals ? option->get_type_name() : label_of(*option);
        (known ? about_itself : entries).push_back({label, option->get_description()});
    }
    std::ranges::move(about_itself, std::back_inserter(entries));
    return entries;
}

std::vector<Entry> commands_of(const CLI::App& app)
{
    std::vector<Entry> entries;
    for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
        entries.push_back({command->get_name(), command->get_description()});
    return entries;
}

class Pages final : public CLI::FormatterBase {
public:
    std::string make_help(const CLI::App* app, std::string, CLI::AppFormatMode) const override
    {
        const bool of_command = app->get_parent() != nullptr;
        std::string page = wrapped(app->get_description(), 0) + ".\n\nUsage: " + usage_line(*app) + "\n\n";
        page += listed("", entries_of(*app, true));
        page += listed("Commands", commands_of(*app));
        page += listed(of_command ? "Options" : "Options of every command", entries_of(*app, false));
        page += listed_examples(app->get_footer());
        return page + (of_command ? "Options of every command: popfetch --help. Manual: man popfetch\n"
                                  : "Options of a command: popfetch COMMAND --help. Manual: man popfetch\n");
    }

private:
    static std::string listed_examples(const std::string& examples)
    {
        return examples.empty() ? "" : "Examples\n" + examples + "\n";
    }
};

}

std::shared_ptr<CLI::FormatterBase> help_pages() { return std::make_shared<Pages>(); }

std::string usage_line(const CLI::App& command)
{
    if (!command.get_parent()) return "popfetch [COMMAND] [OPTION...] [ACCOUNT|URL...]";
    std::string line = "popfetch " + command.get_name() + " [OPTION...]";
    std::string required;
    for (const auto* option : command.get_options()) {
        const bool several = option->get_items_expected_max() > 1;
        const auto word = option->get_type_name() + (several ? "..." : "");
        if (option->nonpositional() && option->get_required())
            required += " -" + option->get_snames().front() + " " + option->get_type_name();
        else if (!option->nonpositional())
            line += option->get_required() ? " " + word : " [" + word + "]";
    }
    return line + required;
}

}
