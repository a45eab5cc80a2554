#include <memory>

#include <CLI/CLI.hpp>

#include <popfetch/base/units.hpp>

#include "../accounts.hpp"
#include "../arguments.hpp"
#include "../screen.hpp"
#include "../shown_path.hpp"
#include "all.hpp"

namespace popfetch::cli {

namespace {

struct HistoryOptions {
    std::string account;
    std::uint64_t most = 100;
};

std::string_view word(state::Standing standing)
{
    switch (standing) {
    case state::Standing::promised: return "promised";
    case state::Standing::settled: return "fetched";
    case state::Standing::failed: return "failed";
    case state::Standing::gone: return "gone";
    }
    return "";
}

output::Record record_of(const std::string& account, const state::HistoryEntry& entry)
{
    output::Record record{{"account", account},
                          {"uid", entry.id},
                          {"state", word(entry.standing)},
                          {"at", entry.since},
                          {"size", output::Octets{entry.size}},
                          {"target", entry.target},
                          {"path", entry.place}};
    if (entry.standing == state::Standing::failed)
        record.set("reason", entry.reason).set("attempts", entry.attempts).set("next_try", entry.next_try);
    return record;
}

output::Shape shape()
{
    using enum output::Column::Align;
    return {"messages",
            {},
            {{"at", "WHEN", left, false, 0},
             {"account", "ACCOUNT", left, false, 0},
             {"state", "STATE", left, false, 0},
             {"size", "SIZE", right, false, 0},
             {"path", "WHERE", left, true, 0},
             {"reason", "", left, false, 60}}};
}

base::ExitStatus run_history(const Globals& globals, const HistoryOptions& options)
{
    auto status = base::ExitStatus::ok;
    const auto accounts = select_accounts(
        options.account.empty() ? std::vector<std::string>{} : std::vector{options.account}, globals, status);
    StandardOutput out;
    const auto writer = output::open(globals.kind(), shape(), standard_terminal(globals), out);
    std::uint64_t count = 0;
    for (const auto& account : accounts) {
        const auto ledger = ledger_to_read(account, globals);
        if (!ledger) continue;
        for (const auto& entry : ledger->history(options.most)) {
            auto record = record_of(account.name, entry);
            if (!globals.machine()) record.set("path", with_tilde(entry.place));
            writer->item(record);
            ++count;
        }
    }
    writer->finish({{"count", count}}, count == 0 ? "nothing was fetched yet" : "");
    return status;
}

}

void add_history(CLI::App& app, Invocation& invocation)
{
    const auto options = std::make_shared<HistoryOptions>();
    auto* command = app.add_subcommand("history", "Show what was fetched when, and where it was put");
    command->add_option("account", options->account, "Only this account")->type_name("ACCOUNT|URL");
    command
        ->add_option("--max", options->most, "At most so many entries of each account, newest first; 100 without this")
        ->type_name("N")
        ->check(a_number(1), "");
    command->footer("  popfetch history work --max 10\n"
                    "  popfetch history --json | jq -r '.messages[] | select(.state == \"failed\").reason'\n");
    command->callback([&invocation, options] {
        invocation.run = [options](const Globals& globals) { return run_history(globals, *options); };
    });
}

}
