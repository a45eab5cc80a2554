#pragma once
// The ledger of one account: what was fetched, where it went, what is still owed. SQLite; WAL with synchronous=FULL, or DELETE with
// EXTRA where the file system is remote. Ids are opaque octets: the ledger knows nothing of POP3 or of delivery.
//
// A message's life:   (unknown) → promised → settled → deletion wanted → (gone)
//                      (unknown) → failed → … → promised
// Every call that changes something is one durable transaction when it returns. One run at a time: opening takes a lock.

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
    bool deletion_wanted = false;         // DELE was sent and not yet seen to have worked
    std::uint64_t size = 0;               // octets as listed when it was retrieved
    base::WallTime since{};               // settled or failed at
    base::WallTime next_try{};            // failed: not before
    unsigned attempts = 0;
    std::uint32_t row = 0;                // for reason()
};

/// Everything known at one moment, looked up by id. 100,000 ids take about 10 MB and 50 ms.
class Snapshot {
public:
    Snapshot();
    Snapshot(Snapshot&&) noexcept;
    Snapshot& operator=(Snapshot&&) noexcept;
    ~Snapshot();
    const Known* find(std::string_view id) const;
    std::size_t size() const;
    /// Those of a standing.
    std::size_t count(Standing standing) const;
    void add(std::string_view id, const Known& known);         // for the ledger, and for tests of pure functions

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
    unsigned attempt = 1;                 // counted by the ledger
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
    std::string target, place, reason;
    unsigned attempts = 0;
    base::WallTime next_try{};
    bool deletion_wanted = false;
};

enum class Access { write, read };        // read: no lock, beside a running fetch

class Ledger {
public:
    /// Creates the file (0600) and its folder where they are missing. `wait`: how long to wait for another run. Throws Busy, Corrupt, SystemError.
    /// After an unclean end the file is checked.
    static Ledger open(const base::Path& path, Access access, std::chrono::milliseconds wait = {});
    static bool exists(const base::Path& path);

    Ledger(Ledger&&) noexcept;
    Ledger& operator=(Ledger&&) noexcept;
    ~Ledger();

    /// True when this open created it: nothing was ever fetched, or the ledger vanished.
    bool is_new() const;
    const base::Path& path() const;

    Snapshot snapshot() const;
    std::vector<Promise> promised() const;

    void promise(std::span<const Promise> promises);
    void settle(std::span<const Settlement> settlements, base::WallTime now);
    /// Promised but nothing is there: as if it had never been fetched.
    void withdraw(std::span<const std::string> ids);
    void fail(std::span<const Failure> failures, base::WallTime now);
    /// Settled without having been delivered by us (--adopt, --accept-new-uids).
    void adopt(std::span<const Promise> messages, base::WallTime now);

    /// Before QUIT: these were marked with DELE.
    void want_deletion(std::span<const std::string> ids);
    /// A complete listing was seen: known ids that are not in it are gone since now; those that are back are no longer gone. Ids gone for more than
    /// `forget_after` are removed, but never more than half of all in one go.
    void note_listing(std::span<const std::string_view> listed, base::WallTime now, std::chrono::seconds forget_after);

    /// Small facts about the account or its server that outlive a run ("login.not_before", "server.capabilities", "server.pipelining").
    std::optional<std::string> fact(std::string_view name) const;
    void remember(std::string_view name, std::string_view value);
    void forget(std::string_view name);

    std::vector<HistoryEntry> history(std::size_t most) const;             // newest first
    std::optional<HistoryEntry> entry(std::string_view id) const;

    /// Copies every readable record into a new file, keeps the damaged one as FILE.damaged-N; returns how many were saved.
    static std::size_t repair(const base::Path& path);

private:
    struct Database;
    explicit Ledger(std::unique_ptr<Database> database);
    std::unique_ptr<Database> database_;
};

}
