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

void tell_failure(std::string_view account, const Row& row, const base::Error& error, const Globals& globals)
{
    if (!globals.machine()) return say("popfetch: " + std::string{account} + ": " + error.what());
    StandardOutput{}.write(output::to_json_line({{"event", "failed"},
                                                 {"account", account},
                                                 {"number", row.message.number},
                                                 {"uid", row.message.uid},
                                                 {"size", output::Octets{row.message.size}},
                                                 {"class", error.kind()},
                                                 {"text", error.what()},
                                                 {"exit", static_cast<int>(error.status())}}));
}

// The numbers are those of this session's listing, joined by UID; none is ever taken from an earlier one.
// Returns those that the server has marked.
std::vector<const Row*> mark(Mailbox& mailbox, const std::vector<const Row*>& rows, const Globals& globals)
{
    std::vector<std::uint32_t> numbers;
    numbers.reserve(rows.size());
    for (const auto* row : rows) numbers.push_back(row->message.number);
    const auto refused = mailbox.dele(numbers);
    std::vector<const Row*> marked;
    for (const auto* row : rows) {
        if (std::ranges::find(refused, row->message.number) == refused.end()) {
            marked.push_back(row);
            continue;
        }
        const auto text = "the server refused to delete message " + std::to_string(row->message.number);
        tell_failure(mailbox.account().name, *row, {base::ExitStatus::temporary, "server.refused", text}, globals);
    }
    return marked;
}

// Ends the session, which makes the deletions true. Where that fails nobody knows of any of them.
void update(Mailbox& mailbox, const std::vector<const Row*>& marked, const Globals& globals)
{
    const auto account = mailbox.account().name;
    try {
        std::move(mailbox).quit();
    } catch (const base::Error& error) {
        if (globals.machine())
            for (const auto* row : marked)
                tell_failure(account, *row,
                             {base::ExitStatus::temporary, "delete.uncertain",
                              "whether it was deleted is not certain: " + std::string{error.what()}},
                             globals);
        throw;
    }
}

void tell(std::string_view account, const std::vector<const Row*>& deleted, const Globals& globals)
{
    StandardOutput out;
    if (!globals.machine()) {
        if (!globals.quiet) out.write("deleted " + counted(deleted.size(), "message") + "\n");
        return;
    }
    for (const auto* row : deleted)
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
        const auto [rows, open] = selected(mailbox, options.selection);
        if (shown || options.dry_run) print_listing(mailbox, rows, globals);
        auto status = base::ExitStatus::ok;
        if (const auto error = unread_headers(open)) status = report_error(*error, account.name, globals);
        if (options.dry_run || rows.empty() || !agreed(options, rows.size())) {
            std::move(mailbox).quit();
            return status;
        }
        const auto marked = mark(mailbox, rows, globals);
        update(mailbox, marked, globals);
        tell(account.name, marked, globals);
        return marked.size() == rows.size() ? status : base::ExitStatus::temporary;
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
