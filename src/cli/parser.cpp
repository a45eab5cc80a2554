#include "parser.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <CLI/CLI.hpp>

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

void add_globals(CLI::App& app, Globals& globals)
{
    app.add_option("--config", globals.config, "Configuration file")->type_name("FILE");
    app.add_option("--state-dir", globals.state_dir, "Folder of the ledgers")->type_name("DIR");
    app.add_flag("--json", globals.json, "JSON on standard output (fetch: events, one a line)");
    app.add_flag("--ndjson", globals.ndjson, "JSON, one object a line")->excludes("--json");
    app.add_flag("-q,--quiet", globals.quiet, "Only errors");
    app.add_flag("-v,--verbose", globals.verbose, "Say more; twice: say a lot");
    app.add_option("--trace", globals.trace, "Show the protocol, secrets hidden: on stderr, or --trace=FILE")
        ->type_name("[=FILE]");
    app.add_option("--color", globals.color, "Colours: auto, always, never")
        ->type_name("WHEN")
        ->transform(CLI::CheckedTransformer(when_words).description(""));
    app.add_option("--progress", globals.progress, "Progress line: auto, always, never")
        ->type_name("WHEN")
        ->transform(CLI::CheckedTransformer(when_words).description(""));
    app.add_option("--tls", globals.tls, "For a URL: implicit, starttls, none")
        ->type_name("MODE")
        ->check(CLI::IsMember({"implicit", "starttls", "none"}).description(""));
    app.add_option("--password-fd", globals.password_descriptor, "For a URL: read the password from this descriptor")
        ->type_name("N");
    app.add_flag("--allow-plaintext-password", globals.allow_plaintext_password,
                 "For a URL: send the password over a line without TLS");
}

}

std::unique_ptr<CLI::App> make_parser(Invocation& invocation)
{
    auto app =
        std::make_unique<CLI::App>("popfetch: fetch POP3 mail into a maildir or mbox, list it, look at it", "popfetch");
    app->set_version_flag("--version", "popfetch " POPFETCH_VERSION);
    app->set_help_flag("-h,--help", "Show this help");
    app->fallthrough();
    app->require_subcommand(1);
    app->footer("Without a command: fetch. Manual: man popfetch, man popfetch.toml");
    add_globals(*app, invocation.globals);
    for (const auto& command : commands()) command.add(*app, invocation);
    return app;
}

std::vector<std::string> normalized(std::vector<std::string> arguments)
{
    std::ranges::replace(arguments, std::string{"--trace"}, std::string{"--trace=-"});
    const auto* word = first_word(arguments);
    constexpr std::array own{"-h", "--help", "--version"};
    const bool only_asks = !word && std::ranges::any_of(arguments, [&](const std::string& argument) {
        return std::ranges::find(own, argument) != own.end();
    });
    if (!only_asks && (!word || !names_command(*word))) arguments.insert(arguments.begin(), "fetch");
    return arguments;
}

}
