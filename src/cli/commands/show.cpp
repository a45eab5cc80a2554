#include <memory>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include <popfetch/pop3/error.hpp>

#include "../accounts.hpp"
#include "../pager.hpp"
#include "../readable.hpp"
#include "../screen.hpp"
#include "../selection.hpp"
#include "all.hpp"

namespace popfetch::cli {

namespace {

struct ShowOptions {
    std::string account;
    Selection selection;
    bool raw = false, headers = false;
    int lines = -1;
};

std::string_view head_of(std::string_view message)
{
    if (message.starts_with('\n')) return {};
    const auto end = message.find("\n\n");
    return end == std::string_view::npos ? message : message.substr(0, end + 1);
}

void show_one(const pop3::Message& message, pop3::Body& body, const ShowOptions& options, const Globals& globals,
              base::ByteSink& out)
{
    if (options.raw) return body.pour_into(out);
    Beginning beginning;
    body.pour_into(beginning);
    if (globals.machine()) return out.write(output::to_json_line(readable_record(message, beginning.text)));
    if (options.headers) return out.write(printable_lines(head_of(beginning.text)));
    out.write(readable_text(beginning.text));
}

base::ExitStatus run_show(const Globals& globals, const ShowOptions& options)
{
    const auto account = select_account(options.account, globals);
    return for_account(account.name, globals, [&] {
        Mailbox mailbox{account, globals};
        std::vector<pop3::Message> messages;
        for (const auto* row : selected(mailbox, options.selection)) messages.push_back(row->message);
        Pager out{!options.raw && !globals.machine() && is_terminal(STDOUT_FILENO)};
        auto status = base::ExitStatus::ok;
        const auto on_body = [&](const pop3::Message& message, pop3::Body& body) {
            show_one(message, body, options, globals, out);
        };
        const auto on_refused = [&](const pop3::Message& message, const pop3::Reply& reply) {
            const pop3::Refused error{"message " + std::to_string(message.number) + " was refused", reply};
            report_error(error, account.name, globals);
            status = error.status();
        };
        mailbox.maildrop().set_transfer({.sizes = pop3::SizeTrust::wrong});
        if (options.lines >= 0 || options.headers)
            mailbox.maildrop().top(messages, static_cast<unsigned>(std::max(options.lines, 0)), on_body, on_refused);
        else
            mailbox.maildrop().retr(messages, on_body, on_refused);
        std::move(mailbox).hang_up();
        out.finish();
        return status;
    });
}

}

void add_show(CLI::App& app, Invocation& invocation)
{
    const auto options = std::make_shared<ShowOptions>();
    auto* command = app.add_subcommand("show", "Print messages");
    command->add_option("account", options->account, "Account of the configuration, or a URL")
        ->type_name("ACCOUNT|URL")
        ->required();
    command->add_option("message", options->selection.words, "Which: 7, 3-9, 5-, uid:UID, last, all")
        ->type_name("MSG")
        ->required();
    command->add_flag("--raw", options->raw, "The bytes as served, line ends LF");
    command->add_flag("--headers", options->headers, "Only the header")->excludes("--raw");
    command->add_option("--lines", options->lines, "The header and so many lines (TOP)")
        ->type_name("N")
        ->check(CLI::NonNegativeNumber.description(""));
    command
        ->add_option("--where", options->selection.where, "Only those of which this holds: size<1M, from~example.org")
        ->type_name("TERMS")
        ->allow_extra_args(false);
    command->callback([&invocation, options] {
        invocation.run = [options](const Globals& globals) { return run_show(globals, *options); };
    });
}

}
