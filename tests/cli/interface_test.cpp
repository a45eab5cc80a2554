// The manual and the completions against the program: what the parser and the configuration know stands there, and what
// stands there the parser and the configuration know.

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include <CLI/CLI.hpp>

#include <popfetch/base/file.hpp>
#include <popfetch/config/configuration.hpp>
#include <popfetch/sasl/mechanism.hpp>

#include "cli/parser.hpp"
#include "support/catch.hpp"

namespace popfetch::cli {

namespace {

using Words = std::set<std::string>;
using Options = std::map<std::string, Words>; // by command; "" are those of every command

std::string document(const std::string& name)
{
    return base::read_file(base::Path{PROJECT_SOURCE} / name, std::size_t{1} << 20);
}

/// What the group captures, at every match.
Words all_matches(const std::string& text, const std::string& pattern, std::size_t group = 1)
{
    Words words;
    const std::regex regex{pattern};
    for (std::sregex_iterator match{text.begin(), text.end(), regex}, end; match != end; ++match)
        words.insert(match->str(group));
    return words;
}

/// From the first place after `begin` to the next `end`.
std::string part(const std::string& text, const std::string& begin, const std::string& end)
{
    const auto from = text.find(begin);
    if (from == std::string::npos) return {};
    const auto inner = from + begin.size();
    return text.substr(inner, text.find(end, inner) - inner);
}

std::string section(const std::string& page, const std::string& title)
{
    return part(page, "\n.Sh " + title + "\n", "\n.Sh ") + "\n";
}

Words words_of(const std::string& text)
{
    std::istringstream in{text};
    Words words;
    for (std::string word; in >> word;)
        if (word != "\\") words.insert(word);
    return words;
}

Words all_of(const Options& options)
{
    Words all;
    for (const auto& [command, words] : options) all.insert(words.begin(), words.end());
    return all;
}

Words commands_of(const Options& options)
{
    Words names;
    for (const auto& [command, words] : options)
        if (!command.empty()) names.insert(command);
    return names;
}

Words options_of(const CLI::App& app)
{
    Words words;
    for (const auto* option : app.get_options()) {
        for (const auto& name : option->get_lnames()) words.insert("--" + name);
        for (const auto& name : option->get_snames()) words.insert("-" + name);
    }
    return words;
}

Options of_parser()
{
    Invocation invocation;
    const auto app = make_parser(invocation);
    Options options{{"", options_of(*app)}};
    for (const auto* command : app->get_subcommands([](const CLI::App*) { return true; })) {
        auto own = options_of(*command);
        own.erase("-h");
        own.erase("--help");
        options[command->get_name()] = own;
    }
    return options;
}

/// Options whose value may be the next word.
Words with_value()
{
    Invocation invocation;
    const auto app = make_parser(invocation);
    Words words;
    const auto add = [&](const CLI::App& each) {
        for (const auto* option : each.get_options())
            if (option->nonpositional() && option->get_items_expected_max() > 0)
                for (const auto& name : option->get_lnames()) words.insert("--" + name);
    };
    add(*app);
    for (const auto* command : app->get_subcommands([](const CLI::App*) { return true; })) add(*command);
    words.erase("--trace"); // only --trace=FILE
    return words;
}

Words flags_in(const std::string& mdoc, const std::string& line_begin)
{
    Words words;
    std::istringstream in{mdoc};
    for (std::string line; std::getline(in, line);)
        if (line.starts_with(line_begin))
            for (const auto& name : all_matches(line, "\\bFl (-?[A-Za-z][A-Za-z-]*)")) words.insert("-" + name);
    return words;
}

Options of_manual()
{
    const auto page = document("man/popfetch.1");
    Options options{{"", flags_in(section(page, "OPTIONS"), ".It Fl")}};
    const auto commands = section(page, "COMMANDS") + ".Ss \n";
    for (const auto& name : all_matches(commands, "\\.Ss (\\w+)\n"))
        options[name] = flags_in(part(commands, ".Ss " + name + "\n", "\n.Ss "), ".It Fl");
    return options;
}

Options of_bash()
{
    const auto text = document("completions/popfetch.bash");
    Options options{{"", words_of(part(text, "local global=\"", "\""))}};
    for (const auto& name : words_of(part(text, "_popfetch_offer fetch", "\n"))) options[name];
    options["fetch"];
    for (auto& [name, words] : options)
        if (!name.empty()) words = words_of(part(text, "    " + name + ") own=\"", "\""));
    return options;
}

Options of_zsh()
{
    const auto text = document("completions/_popfetch");
    const auto options_in = [&](const std::string& name) {
        const auto body = part(text, "_popfetch_options_" + name + "() {\n", "\n}");
        const auto without_explanations = std::regex_replace(body, std::regex{"\\[[^\\]]*\\]"}, " ");
        return all_matches(without_explanations, "(^|[^a-z-])(--?[a-z][a-z-]*)", 2);
    };
    Options options{{"", options_in("global")}};
    for (const auto& name : all_matches(part(text, "local -a commands=(", ")"), "'(\\w+):"))
        options[name] = options_in(name);
    return options;
}

Options of_fish()
{
    const auto text = document("completions/popfetch.fish");
    Options options;
    for (const auto& name : all_matches(text, "__popfetch_wants_command -a (\\w+)")) options[name];
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);) {
        if (!line.starts_with("complete -c popfetch")) continue;
        auto commands = words_of(part(line, "'__popfetch_using ", "'"));
        if (commands.empty()) commands.insert("");
        const auto definition = line.substr(0, line.find(" -d "));
        for (const auto& command : commands) {
            for (const auto& name : all_matches(definition, " -l ([a-z-]+)")) options[command].insert("--" + name);
            for (const auto& name : all_matches(definition, " -s ([a-zA-Z])")) options[command].insert("-" + name);
        }
    }
    return options;
}

void check_same(const Options& documented)
{
    const auto parser = of_parser();
    CHECK(commands_of(documented) == commands_of(parser));
    for (const auto& [command, options] : parser) {
        INFO("command: " << (command.empty() ? "(every command)" : command));
        const auto found = documented.find(command);
        CHECK((found == documented.end() ? Words{} : found->second) == options);
    }
}

void check_known(const Words& mentioned)
{
    const auto known = all_of(of_parser());
    Words strange;
    std::ranges::set_difference(mentioned, known, std::inserter(strange, strange.end()));
    CHECK(strange == Words{});
}

Words keys_where(bool of_account)
{
    Words names;
    for (const auto& key : config::keys()) {
        if (key.table.empty() != of_account) continue;
        names.insert((of_account ? std::string{} : std::string{key.table} + ".") + std::string{key.name});
    }
    return names;
}

}

TEST_CASE("the manual has every command and option of the parser and no other")
{
    check_same(of_manual());
    check_known(flags_in(document("man/popfetch.1"), ""));
    check_known(flags_in(document("man/popfetch.toml.5"), ""));
    check_known(flags_in(document("man/popfetch-json.5"), ""));
}

TEST_CASE("the synopsis of the manual shows every command")
{
    const auto synopsis = section(document("man/popfetch.1"), "SYNOPSIS");
    for (const auto& name : commands_of(of_parser())) {
        INFO(name);
        CHECK(std::regex_search(synopsis, std::regex{"(\\bCm|\\|) " + name + "\\b"}));
    }
}

TEST_CASE("the completion for bash has every command and option of the parser and no other")
{
    check_same(of_bash());
    const auto text = document("completions/popfetch.bash");
    const auto skipped = all_matches(part(text, "_popfetch_read_line()", "\n}"), "(--[a-z-]+)");
    CHECK(skipped == with_value());
}

TEST_CASE("the completion for zsh has every command and option of the parser and no other") { check_same(of_zsh()); }

TEST_CASE("the completion for fish has every command and option of the parser and no other")
{
    check_same(of_fish());
    const auto text = document("completions/popfetch.fish");
    CHECK(words_of(part(text, "set -g __popfetch_commands", "\n")) == commands_of(of_parser()));
    auto skipped = words_of(part(text, "set -l with_value", "set -l skip"));
    skipped.erase("-o");
    CHECK(skipped == with_value());
}

TEST_CASE("popfetch.toml(5) has every key of the configuration and no other")
{
    const auto page = document("man/popfetch.toml.5");
    CHECK(all_matches(page, "\n\\.It Ic (\\S+)") == keys_where(true));
    CHECK(all_matches(page, "\n\\.It Cm (\\S+)") == keys_where(false));
}

TEST_CASE("the configurations in popfetch.toml(5) are valid")
{
    const auto page = document("man/popfetch.toml.5");
    std::size_t count = 0;
    const std::string begin = "\n.Bd -literal -offset indent\n[";
    for (auto at = page.find(begin); at != std::string::npos; at = page.find(begin, at + 1), ++count) {
        const auto text = "[" + part(page.substr(at), begin, "\n.Ed\n");
        INFO(text);
        CHECK_NOTHROW(config::parse(text, "/nowhere/popfetch.toml"));
    }
    CHECK(count == 4);
}

TEST_CASE("popfetch.toml(5) has every mechanism and no other")
{
    Words mechanisms{"USER", "APOP"};
    for (const auto& mechanism : sasl::mechanisms()) mechanisms.insert(std::string{mechanism.name});
    const auto page = section(document("man/popfetch.toml.5"), "AUTHENTICATION");
    Words documented;
    std::istringstream in{page};
    for (std::string line; std::getline(in, line);)
        if (line.starts_with(".It ")) documented.merge(all_matches(line, "Li ([A-Z0-9-]+)"));
    CHECK(documented == mechanisms);
}

TEST_CASE("the manual has every exit status and no other")
{
    const auto header = document("include/popfetch/base/exit_status.hpp");
    const auto page = section(document("man/popfetch.1"), "EXIT STATUS");
    CHECK(all_matches(page, "\\.It (\\d+)\n") == all_matches(header, "= (\\d+),"));
}

TEST_CASE("popfetch-json(5) has every event and every schema and no other")
{
    const auto page = document("man/popfetch-json.5");
    CHECK(all_matches(section(page, "EVENTS"), "\\.It Li (\\w+)\n") ==
          all_matches(document("schemas/event.json"), "\"event\": *\\{\\s*\"const\": \"(\\w+)\""));
    Words schemas;
    for (const auto& file : std::filesystem::directory_iterator{base::Path{PROJECT_SOURCE} / "schemas"})
        schemas.insert(file.path().filename().string());
    CHECK(all_matches(page, "Pa (\\w+\\.json)") == schemas);
}

}
