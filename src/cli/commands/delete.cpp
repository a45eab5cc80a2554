#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "../accounts.hpp"
#include "../amount.hpp"
#include "../arguments.hpp"
#include "../listing_table.hpp"
#include "../question.hpp"
#include "../sandbox.hpp"
#include "../screen.hpp"
#include "all.hpp"

namespace popfetch::cli {

namespace {

struct DeleteOptions {
    std::string account;
    Selection selection;
    bool yes = false, dry_run = false;
};

void refuse_without_choice(const DeleteOptions& options)
{
    if (!options.selection.words.empty() || !options.selection.where.empty()) return;
    throw base::Error{base::ExitStatus::usage, "usage.message", "nothing says which messages to delete",
                      "name them (7, 3-9, uid:UID, all) or use --where"};
}

void refuse_without_answer(const DeleteOptions& options)
{
    if (options.yes || options.dry_run || is_terminal(STDIN_FILENO)) return;
    throw base::Error{base::ExitStatus::usage, "usage.confirmation",
                      "deleting wants a yes, and there is no terminal to ask on", "use --yes"};
}

bool agreed(const DeleteOptions& options, std::size_t count)
{
    return options.yes || ask("Delete " + counted(count, "message") + " on the server for good?");
}

// The numbers are those of this session's listing, joined by UID; none is ever taken from an earlier one.
std::size_t mark(Mailbox& mailbox, const std::vector<const Row*>& rows)
{
    std::vector<std::uint32_t> numbers;
    numbers.reserve(rows.size());
    for (const auto* row : rows) numbers.push_back(row->message.number);
    const auto refused = mailbox.maildrop().dele(numbers);
    for (const auto number : refused)
        say("popfetch: " + mailbox.account().name + ": the server refused to delete message " + std::to_string(number));
    return numbers.size() - refused.size();
}

void tell(std::string_view account, const std::vector<const Row*>& rows, std::size_t deleted, const Globals& globals)
{
    StandardOutput out;
    if (!globals.machine()) {
        if (!globals.quiet) out.write("deleted " + counted(deleted, "message") + "\n");
        return;
    }
    for (const auto* row : rows)
        out.write(output::to_json_line({{"event", "deleted"},
                                        {"account", account},
                                        {"number", row->message.number},
                                        {"uid", row->message.uid},
                                        {"size", output::Octets{row->message.size}},
                                        {"why", "asked for"}}));
}

base::ExitStatus run_delete(const Globals& globals, const DeleteOptions& options)
{
    refuse_without_choice(options);
    refuse_without_answer(options);
    refuse_nonsense(options.selection);
    auto account = select_account(options.account, globals);
    return for_account(account.name, globals, [&] {
        confine(account, globals);
        Mailbox mailbox{account, globals};
        const bool shown = !globals.machine() && !(options.yes && globals.quiet);
        if (shown && !options.yes) mailbox.read_headers();
        const auto rows = selected(mailbox, options.selection);
        if (shown || options.dry_run) print_listing(mailbox, rows, globals);
        if (options.dry_run || rows.empty() || !agreed(options, rows.size())) {
            std::move(mailbox).quit();
            return base::ExitStatus::ok;
        }
        const auto deleted = mark(mailbox, rows);
        std::move(mailbox).quit();
        tell(account.name, rows, deleted, globals);
        return deleted == rows.size() ? base::ExitStatus::ok : base::ExitStatus::temporary;
    });
}

}

void add_delete(CLI::App& app, Invocation& invocation)
{
    const auto options = std::make_shared<DeleteOptions>();
    auto* command = app.add_subcommand("delete", "Delete messages on the server, after showing them and asking");
    add_account(*command, options->account);
    command->add_flag("-y,--yes", options->yes, "Do not ask");
    command->add_flag("-n,--dry-run", options->dry_run, "Show what would go, and delete nothing");
    add_selection(*command, options->selection, Presence::optional);
    command->footer("  popfetch delete work 3-5\n"
                    "  popfetch delete work --where 'older>365d' --dry-run\n"
                    "  popfetch delete work uid:0000a1b2 --yes       # in a script\n");
    command->callback([&invocation, options] {
        invocation.run = [options](const Globals& globals) { return run_delete(globals, *options); };
    });
}

}
