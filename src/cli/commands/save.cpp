#include <memory>

#include <CLI/CLI.hpp>

#include <popfetch/base/units.hpp>
#include <popfetch/pop3/error.hpp>

#include "../accounts.hpp"
#include "../download.hpp"
#include "../screen.hpp"
#include "../selection.hpp"
#include "all.hpp"

namespace popfetch::cli {

namespace {

struct SaveOptions {
    std::string account, to;
    Selection selection;
};

base::ExitStatus run_save(const Globals& globals, const SaveOptions& options)
{
    const auto account = select_account(options.account, globals);
    return for_account(account.name, globals, [&] {
        Mailbox mailbox{account, globals};
        std::vector<pop3::Message> messages;
        for (const auto* row : selected(mailbox, options.selection)) messages.push_back(row->message);
        const Destination destination{options.to, messages.size()};
        auto status = base::ExitStatus::ok;
        mailbox.maildrop().set_transfer({.sizes = pop3::SizeTrust::wrong});
        mailbox.maildrop().retr(
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
    command->add_option("account", options->account, "Account of the configuration, or a URL")
        ->type_name("ACCOUNT|URL")
        ->required();
    command->add_option("message", options->selection.words, "Which: 7, 3-9, 5-, uid:UID, last, all")
        ->type_name("MSG")
        ->required();
    command->add_option("-o,--output", options->to, "A folder, a new file, or - for standard output")
        ->type_name("DIR|FILE|-")
        ->required();
    command
        ->add_option("--where", options->selection.where, "Only those of which this holds: size>1M, from~example.org")
        ->type_name("TERMS")
        ->allow_extra_args(false);
    command->callback([&invocation, options] {
        invocation.run = [options](const Globals& globals) { return run_save(globals, *options); };
    });
}

}
