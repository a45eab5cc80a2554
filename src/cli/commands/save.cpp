#include <memory>

#include <CLI/CLI.hpp>

#include <popfetch/base/units.hpp>
#include <popfetch/pop3/error.hpp>

#include "../accounts.hpp"
#include "../arguments.hpp"
#include "../download.hpp"
#include "../sandbox.hpp"
#include "../screen.hpp"
#include "all.hpp"

namespace popfetch::cli {

namespace {

struct SaveOptions {
    std::string account, to;
    Selection selection;
};

base::ExitStatus run_save(const Globals& globals, const SaveOptions& options)
{
    refuse_nonsense(options.selection);
    auto account = select_account(options.account, globals);
    return for_account(account.name, globals, [&] {
        confine(account, globals, {.writes = {options.to}});
        Mailbox mailbox{account, globals};
        std::vector<pop3::Message> messages;
        const auto [rows, open] = selected(mailbox, options.selection);
        for (const auto* row : rows) messages.push_back(row->message);
        const Destination destination{options.to, messages.size()};
        auto status = base::ExitStatus::ok;
        if (const auto error = unread_headers(open)) status = report_error(*error, account.name, globals);
        mailbox.retr(
            messages,
            [&](const pop3::Message& message, pop3::Body& body) {
                const auto path = destination.store(message, body);
                if (path != "-" && !globals.quiet && !globals.machine())
                    say(std::to_string(message.number) + " → " + path + " (" + base::format_size(message.size) + ")");
            },
            [&](const pop3::Message& message, const pop3::Reply& reply) {
                const pop3::Refused error{"RETR " + std::to_string(message.number) + " was refused", reply};
                report_error(error, account.name, globals);
                status = error.status();
            });
        std::move(mailbox).hang_up();
        return status;
    });
}

}

void add_save(CLI::App& app, Invocation& invocation)
{
    const auto options = std::make_shared<SaveOptions>();
    auto* command = app.add_subcommand("save", "Download single messages; server and ledger stay as they are");
    add_account(*command, options->account);
    take_path(
        *command->add_option("-o,--output", options->to, "An existing folder, a new file, or - for standard output")
             ->type_name("DIR|FILE|-")
             ->required());
    add_selection(*command, options->selection, Presence::required);
    command->footer("  popfetch save work last -o letter.eml\n"
                    "  popfetch save work all --where 'from~example.org' -o folder\n"
                    "  popfetch save work uid:0000a1b2 -o - | grep -c .\n");
    command->callback([&invocation, options] {
        invocation.run = [options](const Globals& globals) { return run_save(globals, *options); };
    });
}

}
