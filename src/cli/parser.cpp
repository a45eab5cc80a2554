#include "parser.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <map>

#include <CLI/CLI.hpp>

#include <popfetch/base/error.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/base/suggestion.hpp>

#include "arguments.hpp"
#include "help.hpp"

namespace popfetch::cli {

namespace {

const std::map<std::string, When> when_words{
    {"auto", When::automatic}, {"always", When::always}, {"never", When::never}};

constexpr std::array with_value{"--config", "--state-dir", "--color", "--progress", "--tls", "--password-fd"};

bool names_command(const std::string& word)
{
    return std::ranges::any_of(commands(), [&](const Command& command) { return command.name == word; });
}

// The first word that is neither an option nor the value of a global option.
const std::string* first_word(const std::vector<std::string>& arguments)
{
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const auto& argument = arguments[i];
        if (std::ranges::find(with_value, argument) != with_value.end())
            ++i;
        else if (argument.empty() || argument[0] != '-')
            return &argument;
    }
    return nullptr;
}

CLI::Option* add_when(CLI::App& app, const std::string& name, When& when, const std::string& help)
{
    return app
        .add_option_function<std::string>(
            name, [&when](const std::string& word) { when = when_words.at(word); },
            help + ": auto (on a terminal), always, never")
        ->type_name("WHEN")
        ->check(one_of({"auto", "always", "never"}), "");
}

void add_globals(CLI::App& app, Globals& globals)
{
    take_path(
        *app.add_option("--config", globals.config, "The configuration, instead of ~/.config/popfetch/popfetch.toml")
             ->type_name("FILE"));
    take_path(
        *app.add_option("--state-dir", globals.state_dir, "Where the ledgers are, instead of ~/.local/state/popfetch")
             ->type_name("DIR"));
    app.add_flag("--json", globals.json, "Print JSON: a document, or for fetch one event a line");
    app.add_flag("--ndjson", globals.ndjson, "Print JSON, one object a line")->excludes("--json");
    app.add_flag("-q,--quiet", globals.quiet, "Say nothing but errors");
    app.add_flag("-v,--verbose", globals.verbose, "Say more");
    take_path(*app.add_option("--trace", globals.trace,
                              "Show the conversation with the server, secrets hidden, on standard error or in a file")
                   ->type_name("[=FILE]"));
    app.add_flag("--no-sandbox", globals.no_sandbox, "Do not let the kernel confine this run");
    add_when(app, "--color", globals.color, "Colours");
    add_when(app, "--progress", globals.progress, "Lines of progress");
    app.add_option("--tls", globals.tls, "For a URL, whatever it says itself: implicit, starttls, none")
        ->type_name("MODE")
        ->check(one_of({"implicit", "starttls", "none"}), "");
    app.add_option("--password-fd", globals.password_descriptor,
                   "For a URL: read the password from this file descriptor")
        ->type_name("N")
        ->check(a_number(0, INT_MAX), "");
    app.add_flag("--allow-plaintext-password", globals.allow_plaintext_password,
                 "For a URL: send the password over a line that others can read");
}

}

std::unique_ptr<CLI::App> make_parser(Invocation& invocation)
{
    auto app = std::make_unique<CLI::App>(
        "popfetch fetches POP3 mail into a maildir or mbox, lists it, and looks at it", "popfetch");
    app->formatter(help_pages());
    app->set_version_flag("--version", "popfetch " POPFETCH_VERSION, "Show the version");
    app->set_help_flag("-h,--help", "Show this page");
    app->fallthrough();
    app->require_subcommand(1);
    add_globals(*app, invocation.globals);
    for (const auto& command : commands()) command.add(*app, invocation);
    app->footer("  popfetch                                      # fetch: the line for cron\n"
                "  popfetch list work --headers                  # what is on the server\n"
                "  popfetch show work last                       # read the last message\n"
                "  popfetch delete work --where 'older>365d'     # show it, ask, delete\n"
                "  popfetch info pops://alice@pop.example.org    # try a login\n");
    return app;
}

std::vector<std::string> normalized(std::vector<std::string> arguments)
{
    std::ranges::replace(arguments, std::string{"--trace"}, std::string{"--trace=-"});
    if (!arguments.empty() && arguments.front() == "help") {
        std::rotate(arguments.begin(), arguments.begin() + 1, arguments.end()); // clang 14 knows no ranges::rotate
        arguments.back() = "--help";
    }
    const auto* word = first_word(arguments);
    constexpr std::array own{"-h", "--help", "--version"};
    const bool only_asks = !word && std::ranges::any_of(arguments, [&](const std::string& argument) {
        return std::ranges::find(own, argument) != own.end();
    });
    if (!only_asks && (!word || !names_command(*word))) arguments.insert(arguments.begin(), "fetch");
    return arguments;
}

void refuse_unknown_page(const std::vector<std::string>& arguments)
{
    if (arguments.size() < 2 || arguments.front() != "help") return;
    const auto& word = arguments[1];
    if (word.starts_with('-') || word == "help" || names_command(word)) return;
    std::vector<std::string_view> names;
    for (const auto& command : commands()) names.push_back(command.name);
    const auto near = base::nearest(word, names);
    throw base::Error{base::ExitStatus::usage, "usage.command", "there is no command \"" + base::printable(word) + "\"",
                      near.empty() ? "popfetch --help lists them" : "did you mean \"" + near + "\"?"};
}

}
