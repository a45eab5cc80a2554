#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "../account_pattern.hpp"
#include "../accounts.hpp"
#include "../arguments.hpp"
#include "../listing_table.hpp"
#include "../one_by_one.hpp"
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

std::vector<const Row*> rows_of(Mailbox& mailbox, const ListOptions& options)
{
    if (options.headers || options.sort == "date" || options.sort == "subject" || options.sort == "from")
        mailbox.read_headers();
    auto [rows, open] = selected(mailbox, options.selection);
    rows.insert(rows.end(), open.begin(), open.end()); // shown, and why
    std::ranges::sort(rows);                           // they lie in the order of the listing
    put_in_order(rows, options);
    return std::move(rows);
}

base::ExitStatus status_of(const std::vector<const Row*>& rows)
{
    const bool unread = std::ranges::any_of(rows, [](const Row* row) { return !row->unread.empty(); });
    return unread ? base::ExitStatus::temporary : base::ExitStatus::ok;
}

base::ExitStatus list_one(const Globals& globals, const ListOptions& options)
{
    auto account = select_account(options.account, globals);
    return for_account(account.name, globals, [&] {
        confine(account, globals);
        Mailbox mailbox{account, globals};
        const auto rows = rows_of(mailbox, options);
        print_listing(mailbox, rows, globals);
        std::move(mailbox).quit();
        return status_of(rows);
    });
}

// What each has is told at the end, as one.
base::ExitStatus list_several(const Globals& globals, const ListOptions& options)
{
    auto [accounts, mistakes] = choose_accounts({options.account}, globals);
    const auto status = report_mistakes(mistakes, globals);
    confine(accounts, globals);
    ListingOfSeveral listing{globals};
    const auto listed = one_by_one(accounts, globals, [&](const config::Account& account) {
        Mailbox mailbox{account, globals};
        const auto rows = rows_of(mailbox, options);
        listing.add(mailbox, rows);
        std::move(mailbox).quit();
        return status_of(rows);
    });
    listing.print();
    return base::gravest(std::array{status, listed});
}

base::ExitStatus run_list(const Globals& globals, const ListOptions& options)
{
    refuse_nonsense(options.selection);
    return is_pattern(options.account) ? list_several(globals, options) : list_one(globals, options);
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
                    "  popfetch list 'work*' all --where state=new   # every enabled account of such a name\n"
                    "  popfetch list work --headers --where 'state=new and size>1M'\n"
                    "  popfetch list work --sort size --reverse      # the largest first\n"
                    "  popfetch list work --headers --json | jq -r '.messages[].subject'\n");
    command->callback([&invocation, options] {
        invocation.run = [options](const Globals& globals) { return run_list(globals, *options); };
    });
}

}
