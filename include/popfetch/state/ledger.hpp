#pragma once
// The ledger of one account: what was fetched, where it went, what is still owed. SQLite; WAL with synchronous=FULL, or DELETE with
// EXTRA where the file system is remote. Ids are opaque octets: the ledger knows nothing of POP3 or of delivery.
//
// A message's life:   (unknown) → promised → settled → deletion wanted → gone → (forgotten)
//                      (unknown) → failed → … → promised
//
// Every call that changes something is one durable transaction when it returns; a call that changes nothing writes nothing.
// After a transaction that could not be made durable the ledger takes no further change: what reached the disk is known only
// after a reopening. One run at a time: opening for writing takes a lock on FILE.lock. A Ledger may be used from several
// threads; their calls happen one after the other.
//
// Beside SQLite's own care, each record carries a checksum, and the sum over all records is kept too: a bit that
// flipped on the disk is an error (Corrupt), never a message forgotten or invented (FAULTS S02).

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <popfetch/base/error.hpp>
#include <popfetch/base/file.hpp>
#include <popfetch/base/time.hpp>

namespace popfetch::state {

/// Damaged (EX_DATAERR, "state.damaged"), written by a newer popfetch (EX_CONFIG, "state.newer").
class Corrupt : public base::Error {
public:
    Corrupt(base::ExitStatus status, std::string_view kind, std::string_view text, std::string_view advice)
        : base::Error{status, kind, text, advice}
    {
    }
};

/// Another run holds the account: EX_TEMPFAIL, "lock.busy".
class Busy : public base::Error {
public:
    explicit Busy(const base::Path& path);
};

enum class Standing : std::uint8_t {
    promised = 1,         // staged and recorded; publication may or may not have happened
    settled = 2,          // safe at its destination
    failed = 3,           // tried alone and failed; see reason, next_try
    gone = 4,             // settled, and seen to have left the server
};

/// What is known of one id. Views are valid as long as the Snapshot.
struct Known {
    Standing standing{};
    bool deletion_wanted = false;         // DELE was sent; with `gone`: and a listing has shown that it worked
    std::uint64_t size = 0;               // octets as listed when it was retrieved
    base::WallTime since{};               // settled or failed at
    base::WallTime next_try{};            // failed: not before
    unsigned attempts = 0;
    bool was_never_here = false;          // settled by mark_fetched() alone
};

/// Everything known at one moment, looked up by id. 100,000 ids take about 20 MB and 0.1 s.
class Snapshot {
public:
    Snapshot();
    Snapshot(Snapshot&&) noexcept;
    Snapshot& operator=(Snapshot&&) noexcept;
    ~Snapshot();
    const Known* find(std::string_view id) const;
    std::size_t size() const;
    /// Those of a standing. What was asked to be deleted is not counted: it is expected to be missing.
    std::size_t count(Standing standing) const;
    /// When the last of those that are settled, or gone since, was settled; the epoch where there is none.
    base::WallTime last_settled() const;
    /// Replaces what was known of this id. For the ledger, and for tests of pure functions. Pointers from find() end here.
    void add(std::string_view id, const Known& known);

private:
    struct Table;
    std::unique_ptr<Table> table_;
};

/// One line of promise(): what will be published, and what publish() needs.
struct Promise {
    std::string id;
    std::uint64_t size = 0;
    std::string target;                   // Target::kind()
    std::string place, token;             // of the receipt
    unsigned attempt = 1;                 // which attempt this is: promise() fills it in
};
struct Settlement {
    std::string id, place;
};
struct Failure {
    std::string id;
    std::uint64_t size = 0;
    std::string kind, reason;             // error class; printable text
    base::WallTime next_try{};
};

/// One row of `history`.
struct HistoryEntry {
    std::string id;
    Standing standing{};
    std::uint64_t size = 0;
    base::WallTime since{};
    std::string target, place;
    std::string kind, reason;             // failed: as in Failure
    unsigned attempts = 0;
    base::WallTime next_try{};
    bool deletion_wanted = false;
};

class Store;

enum class Access {
    write,
    read, // no lock, beside a running fetch
    copy, // the same, and what is changed is changed in memory alone: for seeing what a run would do
};

class Ledger {
public:
    /// Creates the file (0600) and its folder (0700) where they are missing. `wait`: how long to wait for another run; a signal ends the waiting
    /// with Interrupted. Throws Busy, Corrupt, SystemError. After an unclean end the whole file is checked.
    /// Access::read finds an existing file, changes nothing in it, and works beside a run and on a read-only file system. Access::copy is empty
    /// where there is no file, and refuses one that a run could not write to.
    static Ledger open(const base::Path& path, Access access, std::chrono::milliseconds wait = {});
    static bool exists(const base::Path& path);

    Ledger(Ledger&&) noexcept;
    Ledger& operator=(Ledger&&) noexcept;
    ~Ledger();

    /// True as long as no message was ever recorded here: the first run, or the ledger vanished. It stays true when a run ends before it recorded
    /// anything, so a guard that stopped one run also stops the next (FAULTS S03).
    bool is_new() const;
    const base::Path& path() const;

    Snapshot snapshot() const;
    /// What is still owed, in the order of the promises; `attempt` is the last one made.
    std::vector<Promise> promised() const;

    /// Writes `attempt` into each: one more than was counted for an id that is promised or failed, else 1. So recovery promises again what
    /// promised() gave before it publishes, and a delivery that was perhaps made twice says so (FAULTS F20).
    void promise(std::span<Promise> promises);
    /// Each id must have been promised; settling again changes only the place.
    void settle(std::span<const Settlement> settlements, base::WallTime now);
    /// settle() of one batch and promise() of the next as one transaction, which saves a sync.
    void advance(std::span<const Settlement> settlements, base::WallTime now, std::span<Promise> promises);
    /// Promised but nothing is there: as if it had never been fetched.
    void withdraw(std::span<const std::string> ids);
    /// Counts an attempt, unless promise() has counted it. What is settled stays so.
    void fail(std::span<const Failure> failures, base::WallTime now);
    /// Settled without having been delivered by us (--adopt). What is promised or settled stays as it is.
    void adopt(std::span<const Promise> messages, base::WallTime now);
    /// The same for what does not lie here either, which the snapshot remembers.
    void mark_fetched(std::span<const Promise> messages, base::WallTime now);

    /// Before QUIT: these were marked with DELE. Ids that are not settled are passed over.
    void want_deletion(std::span<const std::string> ids);
    /// Before QUIT to a server that removes what was retrieved (EXPIRE 0, RFC 2449 section 6.7): gone since now, until a listing shows them again.
    /// Ids that are not settled, or are to be deleted anyway, are passed over.
    void expect_gone(std::span<const std::string> ids, base::WallTime now);
    /// A complete listing was seen: known ids that are not in it are gone since now; those that are back are no longer
    /// gone, or forgotten where we had deleted them: then they are ids of other messages. Ids gone for more than
    /// `forget_after` are forgotten, the longest gone first, but never more than half of all in one go. Failed ones keep their standing while away.
    void note_listing(std::span<const std::string_view> listed, base::WallTime now, std::chrono::seconds forget_after);

    /// Small facts about the account or its server that outlive a run ("login.not_before", "server.capabilities", "server.pipelining").
    std::optional<std::string> fact(std::string_view name) const;
    void remember(std::string_view name, std::string_view value);
    void forget(std::string_view name);

    std::vector<HistoryEntry> history(std::size_t most) const;             // newest first
    std::optional<HistoryEntry> entry(std::string_view id) const;

    /// Copies every record that SQLite can still read and that has its checksum into a new file; keeps the damaged one
    /// as FILE.damaged-N; returns how many were saved. A crash leaves the old file or the new one. Throws Busy, Corrupt (newer), SystemError.
    static std::size_t repair(const base::Path& path, std::chrono::milliseconds wait = {});

private:
    explicit Ledger(std::unique_ptr<Store> store);
    std::unique_ptr<Store> store_;
};

}
