#include <memory>
#include <optional>
#include <utility>

#include <CLI/CLI.hpp>

#include <popfetch/base/printable.hpp>
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
    std::string account, to, attachments;
    Selection selection;
};

void refuse_nonsense(const SaveOptions& options, const Globals& globals)
{
    refuse_nonsense(options.selection);
    if (options.to.empty() && options.attachments.empty())
        throw base::Error{base::ExitStatus::usage, "usage.output", "nothing says where to",
                          "-o DIR|FILE|- for the messages, --attachments DIR for what is attached to them"};
    if (options.to == "-" && globals.machine())
        throw base::Error{base::ExitStatus::usage, "usage.output", "-o - and --json both want standard output",
                          "save into a folder or a file"};
}

std::string told(const Stored& stored)
{
    const auto name = base::printable(stored.path.string());
    if (stored.was_there) return name + " was there already, the same";
    return name + (stored.renamed ? ", as another file has the name" : "");
}

output::Record record_of(const Stored& stored)
{
    return {{"path", stored.path.string()}, {"was_there", stored.was_there}};
}

class Saving {
public:
    Saving(const SaveOptions& options, const config::Account& account, const Globals& globals, std::size_t messages)
        : options_{options}, account_{account}, globals_{globals}
    {
        if (options.attachments.empty())
            destination_.emplace(options.to, messages);
        else
            require_folder(options.attachments);
    }

    void save(const pop3::Message& message, pop3::Body& body)
    {
        output::Record record{{"account", account_.name},
                              {"number", message.number},
                              {"uid", message.uid},
                              {"size", output::Octets{message.size}}};
        if (destination_)
            whole(message, body, record);
        else
            attachments(message, body, record);
        if (globals_.machine()) StandardOutput{}.write(output::to_json_line(record));
    }

    void fail(const base::Error& error)
    {
        report_error(error, account_.name, globals_);
        status = error.status();
    }

    base::ExitStatus status = base::ExitStatus::ok;

private:
    void whole(const pop3::Message& message, pop3::Body& body, output::Record& record)
    {
        const auto stored = destination_->store(message, body);
        if (stored.path != "-") tell(message, told(stored) + " (" + base::format_size(message.size) + ")");
        record.set("file", record_of(stored));
    }

    void attachments(const pop3::Message& message, pop3::Body& body, output::Record& record)
    {
        const auto stored = store_attachments(options_.attachments, body);
        output::Value::List list;
        for (const auto& [attachment, file] : stored.files) {
            tell(message, told(file) + " (" + base::format_size(attachment.size) + ")");
            auto entry = record_of(file);
            entry.set("name", attachment.name).set("media_type", attachment.media_type);
            list.emplace_back(entry.set("size", output::Octets{attachment.size}));
        }
        record.set("attachments", std::move(list));
        if (!stored.are_all)
            fail({base::ExitStatus::unavailable, "message.too_long",
                  "message " + std::to_string(message.number) + " has more in it than popfetch takes apart",
                  "save it whole, with -o"});
    }

    void tell(const pop3::Message& message, const std::string& text) const
    {
        if (!globals_.quiet && !globals_.machine()) say(std::to_string(message.number) + " → " + text);
    }

    const SaveOptions& options_;
    const config::Account& account_;
    const Globals& globals_;
    std::optional<Destination> destination_;
};

base::ExitStatus run_save(const Globals& globals, const SaveOptions& options)
{
    refuse_nonsense(options, globals);
    auto account = select_account(options.account, globals);
    return for_account(account.name, globals, [&] {
        confine(account, globals, {.writes = {options.to}, .compares = {options.to, options.attachments}});
        Mailbox mailbox{account, globals};
        std::vector<pop3::Message> messages;
        const auto [rows, open] = selected(mailbox, options.selection);
        for (const auto* row : rows) messages.push_back(row->message);
        Saving saving{options, account, globals, messages.size()};
        if (const auto error = unread_headers(open)) saving.fail(*error);
        mailbox.retr(
            messages, [&](const pop3::Message& message, pop3::Body& body) { saving.save(message, body); },
            [&](const pop3::Message& message, const pop3::Reply& reply) {
                saving.fail(pop3::Refused{"RETR " + std::to_string(message.number) + " was refused", reply});
            });
        std::move(mailbox).hang_up();
        return saving.status;
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
             ->type_name("DIR|FILE|-"));
    take_path(*command->add_option("--attachments", options->attachments, "Only what is attached, into this folder")
                   ->type_name("DIR")
                   ->excludes("--output"));
    add_selection(*command, options->selection, Presence::required);
    command->footer("  popfetch save work last -o letter.eml\n"
                    "  popfetch save work all --where 'from~example.org' -o folder\n"
                    "  popfetch save work last --attachments folder\n"
                    "  popfetch save work uid:0000a1b2 -o - | grep -c .\n");
    command->callback([&invocation, options] {
        invocation.run = [options](const Globals& globals) { return run_save(globals, *options); };
    });
}

}
