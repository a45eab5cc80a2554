#include "batch.hpp"

#include <utility>

#include "settlement.hpp"

namespace popfetch::fetch {

namespace {

// A disk that has nothing to do may begin with so many. What arrives meanwhile is the next batch: the slower the disk,
// the larger the batches.
constexpr std::size_t worth_a_commit = 64;

}

void Batch::add(const pop3::Message& message, std::string id, std::unique_ptr<delivery::Letter> letter)
{
    if (open_.empty()) opened_ = std::chrono::steady_clock::now();
    open_octets_ += letter->size();
    open_.push_back({message, std::move(id), std::move(letter)});
    if (full() || (open_.size() >= worth_a_commit && !busy())) start();
}

void Batch::fail(const pop3::Message& message, const base::Error& error)
{
    ++totals_.failed;
    if (message.identified()) failed_.push_back({std::string{message.uid}, message.size, error});
    run_.report.failed(message, error);
}

bool Batch::busy() const
{
    return under_way_.valid() && under_way_.wait_for(std::chrono::seconds{0}) != std::future_status::ready;
}

bool Batch::full() const
{
    return open_.size() >= limits_.letters || open_octets_ >= limits_.octets ||
           std::chrono::steady_clock::now() - opened_ >= limits_.age;
}

void Batch::start()
{
    finish();
    open_octets_ = 0;
    under_way_ = std::async(std::launch::async, &Batch::carry_out, std::cref(run_), std::exchange(open_, {}));
}

void Batch::finish()
{
    if (under_way_.valid()) tell(under_way_.get());
    record_failures();
}

void Batch::record_failures()
{
    for (const auto& failed : std::exchange(failed_, {})) record_failure(run_, failed.id, failed.size, failed.error);
}

void Batch::commit()
{
    if (!open_.empty()) start();
    finish();
}

void Batch::save_what_is_there() noexcept
{
    try {
        commit();
    } catch (const std::exception&) {
        // What could not be committed is still on the server: nothing has been deleted, and QUIT will not be sent.
        all_safe_ = false;
    }
}

Batch::Commit Batch::carry_out(const Run& run, std::vector<Item> items)
{
    std::vector<std::unique_ptr<delivery::Letter>> letters;
    letters.reserve(items.size());
    for (auto& item : items) letters.push_back(std::move(item.letter));
    const auto receipts = run.target.stage(letters);

    std::vector<state::Promise> promises;
    for (std::size_t i = 0; i < items.size(); ++i)
        promises.push_back({items[i].id, items[i].message.size, std::string{run.target.kind()}, receipts[i].place,
                            receipts[i].token, 1});
    run.ledger.promise(promises);

    auto outcomes = publish_and_settle(run, promises);
    return {std::move(items), std::move(outcomes)};
}

void Batch::tell(const Commit& commit)
{
    for (std::size_t i = 0; i < commit.items.size(); ++i) {
        const auto& message = commit.items[i].message;
        const auto& outcome = commit.outcomes[i];
        if (outcome.kind == delivery::Outcome::Kind::published) {
            ++totals_.fetched;
            totals_.fetched_octets += message.size;
            run_.report.delivered(message, run_.target.kind(), outcome.place);
            continue;
        }
        all_safe_ = false;
        if (outcome.kind == delivery::Outcome::Kind::refused) {
            ++totals_.failed;
            run_.report.failed(message, *outcome.error);
        }
    }
}

}
