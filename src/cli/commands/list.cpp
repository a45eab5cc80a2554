#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>

#include "../accounts.hpp"
#include "../arguments.hpp"
#include "../listing_table.hpp"
#include "../sandbox.hpp"
#include "../screen.hpp"
#include "all.hpp"

namespace popfetch::cli {

namespace {

struct ListOptions {
    std::string account;
    Selection selection;
    bool headers = false;
    std::string sort = "number";
    bool reverse = false;
};

template<class Key>
void sort_by(std::vector<const Row*>& rows, Key key)
{
    std::ranges::stable_sort(rows, std::less{}, [&](const Row* row) { return key(*row); });
}

void put_in_order(std::vector<const Row*>& rows, const ListOptions& options)
{
    const auto summary = [](const Row& row) { return row.summary.value_or(mail::Summary{}); };
    if (options.sort == "size") sort_by(rows, [](const Row& row) { return row.message.size; });
    if (options.sort == "state") sort_by(rows, [](const Row& row) { return row.state(); });
    if (options.sort == "date")
        sort_by(rows, [&](const Row& row) { return summary(row).date.value_or(base::WallTime{}); });
    if (options.sort == "subject") sort_by(rows, [&](const Row& row) { return summary(row).subject; });
    if (options.sort == "from")
        sort_by(rows, [&](const Row& row) {
            const auto from = summary(row).from;
            return from.empty() ? std::string{} : from.front().address;
        });
    if (options.reverse) std::ranges::reverse(rows);
}

base::ExitStatus run_list(const Globals& globals, const ListOptions& options)
{
    refuse_nonsense(options.selection);
    auto account = select_account(options.account, globals);
    return for_account(account.name, globals, [&] {
        confine(account, globals);
        Mailbox mailbox{account, globals};
        if (options.headers || options.sort == "date" || options.sort == "subject" || options.sort == "from")
            mailbox.read_headers();
        auto [rows, open] = selected(mailbox, options.selection);
        rows.insert(rows.end(), open.begin(), open.end()); // shown, and why
        std::ranges::sort(rows);                           // they lie in the order of the listing
        put_in_order(rows, options);
        print_listing(mailbox, rows, globals);
        std::move(mailbox).quit();
        const bool unread = std::ranges::any_of(rows, [](const Row* row) { return !row->unread.empty(); });
        return unread ? base::ExitStatus::temporary : base::ExitStatus::ok;
    });
}

}

void add_list(CLI::App& app, Invocation& invocation)
{
    const auto options = std::make_shared<ListOptions>();
    auto* command = app.add_subcommand("list", "Show what is on the server: number, state, size");
    add_account(*command, options->account);
    command->add_flag("--headers", options->headers, "Show date, sender and subject too; JSON gets To and Message-ID");
    add_selection(*command, options->selection, Presence::optional);
    command->add_option("--sort", options->sort, "By number, size, state, date, from or subject")
        ->type_name("FIELD")
        ->check(one_of({"number", "size", "state", "date", "from", "subject"}), "");
    command->add_flag("--reverse", options->reverse, "The other way round");
    command->footer("  popfetch list work --headers\n"
                    "  popfetch list work --headers --where 'state=new and size>1M'\n"
                    "  popfetch list work --sort size --reverse      # the largest first\n"
                    "  popfetch list work --headers --json | jq -r '.messages[].subject'\n");
    command->callback([&invocation, options] {
        invocation.run = [options](const Globals& globals) { return run_list(globals, *options); };
    });
}

}
