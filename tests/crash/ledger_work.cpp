// The ledger as a program, for the crash tools.
//
//   ledger_work work FOLDER N [rollback]   promises and settles N batches, and says so on standard output: "p 0", "s
//   0", … ledger_work check FOLDER SENT          0 when FOLDER's ledger holds what was said in SENT, one transaction
//   more at most, and is fit for work

#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include <popfetch/state/ledger.hpp>

#include "state/store.hpp"

namespace popfetch::state {
namespace {

constexpr std::size_t batch = 3;
const base::WallTime now{std::chrono::seconds{1'800'000'000}};

std::vector<std::string> batch_ids(std::size_t number)
{
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < batch; ++i) ids.push_back(std::to_string(number) + "." + std::to_string(i));
    return ids;
}

void say(char what, std::size_t number)
{
    const auto line = std::string{what} + ' ' + std::to_string(number) + '\n';
    if (::write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size())) std::_Exit(74);
}

void promise_batch(Ledger& ledger, std::size_t number)
{
    std::vector<Promise> promises;
    for (auto& id : batch_ids(number)) promises.push_back({id, 1000, "maildir", "new/" + id, "tmp/" + id, 1});
    ledger.promise(promises);
}

void settle_batch(Ledger& ledger, std::size_t number)
{
    std::vector<Settlement> settlements;
    for (auto& id : batch_ids(number)) settlements.push_back({id, "new/" + id});
    ledger.settle(settlements, now);
}

int work(const base::Path& path, std::size_t batches)
{
    auto ledger = Ledger::open(path, Access::write);
    for (std::size_t number = 0; number < batches; ++number) {
        promise_batch(ledger, number);
        say('p', number);
        settle_batch(ledger, number);
        say('s', number);
    }
    return 0;
}

/// The same changes below the public interface, where the way of journaling can be chosen.
int work_in_store(const base::Path& path, std::size_t batches, std::string_view way)
{
    if (!Ledger::exists(path)) base::open_file(path, O_RDWR | O_CREAT, 0600);
    const auto journaling = way == "rollback" ? Journaling::rollback : Journaling::log;
    const auto store = Store::open_locked(path, std::nullopt, journaling);
    if (way == "unsynced") store->database().execute("PRAGMA synchronous = OFF");
    for (std::size_t number = 0; number < batches; ++number) {
        for (const auto standing : {Standing::promised, Standing::settled}) {
            Change change{store->records()};
            for (const auto& id : batch_ids(number)) {
                const auto before = change.find(id);
                Record record = before.value_or(Record{});
                record.id = id;
                record.standing = standing;
                before ? change.replace(*before, record) : change.add(record);
            }
            store->commit(change);
            say(standing == Standing::promised ? 'p' : 's', number);
        }
    }
    return 0;
}

/// Transactions done: the ledger's state is their number, because each changes the one batch after the other.
std::size_t transactions_in(const Ledger& ledger)
{
    const auto known = ledger.snapshot();
    std::size_t done = 0;
    for (std::size_t number = 0; number * batch < known.size(); ++number) {
        std::size_t promised = 0, settled = 0;
        for (const auto& id : batch_ids(number)) {
            const auto* record = known.find(id);
            promised += record && record->standing == Standing::promised;
            settled += record && record->standing == Standing::settled;
        }
        const bool last = (number + 1) * batch == known.size();
        if (settled != batch && !(last && promised == batch))
            throw std::runtime_error{"a transaction is there in part"};
        done += settled == batch ? 2 : 1;
    }
    return done;
}

std::size_t lines_in(const char* file)
{
    std::ifstream in{file};
    std::size_t lines = 0;
    for (std::string line; std::getline(in, line);) ++lines;
    return lines;
}

int check(const base::Path& path, const char* sent)
{
    const auto said = lines_in(sent);
    std::size_t done = 0;
    for (int times = 0; times < 2; ++times) { // what the first opening recovers must stay
        auto ledger = Ledger::open(path, Access::write);
        done = transactions_in(ledger);
        if (done < said || done > said + 1) {
            std::cerr << said << " transactions were reported, " << done << " are there\n";
            return 1;
        }
        if (ledger.promised().size() != (done % 2) * batch) return 1;
    }
    auto ledger = Ledger::open(path, Access::write);
    promise_batch(ledger, 1000);
    settle_batch(ledger, 1000);
    return ledger.snapshot().count(Standing::settled) == (done / 2 + 1) * batch ? 0 : 1;
}

}

int run(int count, char** arguments)
{
    if (count < 4) return 64;
    const auto path = base::Path{arguments[2]} / "work.ledger";
    if (std::strcmp(arguments[1], "check") == 0) return check(path, arguments[3]);
    const auto batches = static_cast<std::size_t>(std::atoi(arguments[3]));
    return count > 4 ? work_in_store(path, batches, arguments[4]) : work(path, batches);
}

}

int main(int count, char** arguments)
{
    try {
        return popfetch::state::run(count, arguments);
    } catch (const popfetch::base::Error& error) {
        std::cerr << error.what() << '\n';
        return static_cast<int>(error.status());
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 70;
    }
}
