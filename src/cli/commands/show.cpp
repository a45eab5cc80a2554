#include <climits>
#include <memory>
#include <optional>
#include <utility>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include <popfetch/base/base64.hpp>
#include <popfetch/pop3/error.hpp>

#include "../accounts.hpp"
#include "../arguments.hpp"
#include "../pager.hpp"
#include "../readable.hpp"
#include "../sandbox.hpp"
#include "../screen.hpp"
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

/// What kept it from being shown, if anything did.
using Trouble = std::optional<base::Error>;

Trouble show_as_json(const pop3::Message& message, pop3::Body& body, const ShowOptions& options, base::ByteSink& out)
{
    Beginning beginning{Beginning::all_that_is_read};
    body.pour_into(beginning);
    if (options.raw && beginning.is_cut)
        return base::Error{base::ExitStatus::unavailable, "message.too_long",
                           "message " + std::to_string(message.number) + " is too long for one JSON object",
                           "popfetch save has no such limit"};
    auto record = readable_record(message, beginning.text, !options.headers);
    if (options.raw) record.set("raw", base::to_base64(beginning.text));
    out.write(output::to_json_line(record));
    return {};
}

void show_as_text(pop3::Body& body, const ShowOptions& options, base::ByteSink& out)
{
    if (options.raw) return body.pour_into(out);
    Beginning beginning;
    body.pour_into(beginning);
    out.write(options.headers ? printable_lines(head_of(beginning.text)) : readable_text(beginning.text));
}

base::ExitStatus run_show(const Globals& globals, const ShowOptions& options)
{
    refuse_nonsense(options.selection);
    auto account = select_account(options.account, globals);
    return for_account(account.name, globals, [&] {
        const bool paged = !options.raw && !globals.machine() && is_terminal(STDOUT_FILENO);
        if (!paged) confine(account, globals);
        Mailbox mailbox{account, globals};
        std::vector<pop3::Message> messages;
        const auto [rows, open] = selected(mailbox, options.selection);
        for (const auto* row : rows) messages.push_back(row->message);
        Pager out{paged};
        if (paged) confine(account, globals, {.is_logged_in = true}); // the person's pager stays outside
        auto status = base::ExitStatus::ok;
        if (const auto error = unread_headers(open)) status = report_error(*error, account.name, globals);
        bool first = true;
        const auto on_body = [&](const pop3::Message& message, pop3::Body& body) {
            if (globals.machine()) {
                if (const auto trouble = show_as_json(message, body, options, out))
                    status = report_error(*trouble, account.name, globals);
                return;
            }
            if (!std::exchange(first, false) && !options.raw) out.write("\n");
            show_as_text(body, options, out);
        };
        const auto on_refused = [&](const pop3::Message& message, const pop3::Reply& reply) {
            const pop3::Refused error{"message " + std::to_string(message.number) + " was refused", reply};
            report_error(error, account.name, globals);
            status = error.status();
        };
        if (options.lines >= 0 || options.headers)
            mailbox.top(messages, static_cast<unsigned>(std::max(options.lines, 0)), on_body, on_refused);
        else
            mailbox.retr(messages, on_body, on_refused);
        std::move(mailbox).hang_up();
        out.finish();
        return status;
    });
}

}

void add_show(CLI::App& app, Invocation& invocation)
{
    const auto options = std::make_shared<ShowOptions>();
    auto* command = app.add_subcommand("show", "Print messages, readable or as they are");
    add_account(*command, options->account);
    command->add_flag("--raw", options->raw, "The octets as the server has them, with line ends of LF");
    command->add_flag("--headers", options->headers, "Only the header")->excludes("--raw");
    command->add_option("--lines", options->lines, "The header and the first N lines; no more is transferred")
        ->type_name("N")
        ->check(a_number(0, INT_MAX), "");
    add_selection(*command, options->selection, Presence::required);
    command->footer("  popfetch show work last\n"
                    "  popfetch show work 3-5 --headers\n"
                    "  popfetch show work uid:0000a1b2 --raw >message.eml\n"
                    "  popfetch show work all --where 'state=new' --lines 5\n");
    command->callback([&invocation, options] {
        invocation.run = [options](const Globals& globals) { return run_show(globals, *options); };
    });
}

}
