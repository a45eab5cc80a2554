#pragma once
// Messages on their way from "received" to "settled": the four verbs of delivery, for many letters at a time.
//
// While the next letters arrive, the batch before them is committed on another thread: the disk waits for its syncs as
// the network waits for its round trips. At most one commit is under way; the ledger and the report are never used by
// two threads at once.

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include <popfetch/fetch/run.hpp>

namespace popfetch::fetch {

class Batch {
public:
    Batch(const Run& run, Totals& totals) : run_{run}, totals_{totals}, limits_{run.target.batch_limits()} {}
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;
    /// Letters that were not committed vanish; a commit under way is awaited.
    ~Batch() = default;

    /// Takes a complete message. Commits by itself when a limit is reached, or when there is something and the disk has
    /// nothing to do; throws what a commit threw.
    void add(const pop3::Message& message, std::string id, std::unique_ptr<delivery::Letter> letter);

    /// A message that failed by itself. Recorded with the next commit, since the ledger may be in use until then.
    void fail(const pop3::Message& message, const base::Error& error);

    /// Everything that was added is settled, or recorded as failed, when this returns.
    void commit();

    /// commit() for a run that is ending with an error of its own, which is the one worth telling.
    void save_what_is_there() noexcept;

    /// False once a letter that was retrieved could not be delivered.
    bool all_safe() const { return all_safe_; }

private:
    struct Item {
        pop3::Message message;
        std::string id;
        std::unique_ptr<delivery::Letter> letter;
    };
    struct Commit {
        std::vector<Item> items;
        std::vector<delivery::Outcome> outcomes;
    };

    struct Failed {
        std::string id;
        std::uint64_t size;
        base::Error error;
    };

    bool busy() const;
    bool full() const;
    void start();
    void finish();
    void record_failures();
    void tell(const Commit& commit);
    static Commit carry_out(const Run& run, std::vector<Item> items);

    const Run& run_;
    Totals& totals_;
    delivery::BatchLimits limits_;
    std::vector<Item> open_;
    std::vector<Failed> failed_;
    std::uint64_t open_octets_ = 0;
    std::chrono::steady_clock::time_point opened_;
    std::future<Commit> under_way_;
    bool all_safe_ = true;
};

}
