#pragma once
// Where messages come to rest. Delivery is a transaction in four verbs, of which a Target has two and the ledger the
// others:
//
//     auto receipts = target.stage(letters);     // every byte durable, nothing visible
//     ledger.promise(...receipts...);            // the intention is durable
//     target.publish(receipts);                  // visible; repeating it changes nothing
//     ledger.settle(...);                        // done: now they may be deleted on the server
//
// Recovery after a crash is the last two lines again. So publish() must cope with anything a crash, a mail reader or
// another run has left behind, and a receipt must say all that publish() needs.
//
// One thread may begin and write letters while another stages and publishes earlier ones (fetch/batch does).

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <popfetch/base/byte_sink.hpp>
#include <popfetch/base/file.hpp>
#include <popfetch/base/time.hpp>
#include <popfetch/delivery/error.hpp>

namespace popfetch::delivery {

/// What a target may know of a message besides its bytes. No server text ever enters a file name.
struct Envelope {
    std::string account;
    std::string uid;           // opaque bytes
    std::string delivery_id;   // stable for account and message, safe everywhere: 32 hex digits
    std::uint64_t size = 0;    // octets announced; advice only
    base::WallTime received{}; // the date of delivery
};

/// A message on its way in. Destroying one that was not staged removes every trace of it.
class Letter : public base::ByteSink {
public:
    /// Bytes written so far: the message as stored (line ends LF).
    virtual std::uint64_t size() const = 0;
    /// SHA-256 of the message's bytes, read back from where they are: for messages without a usable UID, and for
    /// comparing two retrievals.
    virtual std::string digest() = 0;
};

/// The whole truth about one staged letter: written to the ledger, read back after a crash.
struct Receipt {
    std::string place;    // for people and JSON: the path, or "pipe:…"
    std::string token;    // for publish(): this target's own text, at most a few hundred octets, valid UTF-8
    unsigned attempt = 1; // how often publish() has been or is being tried for it; filled in by the ledger
};

/// What became of a receipt. `place` is final when published (mbox: with the offset).
struct Outcome {
    enum class Kind {
        published, // visible and durable, now or before
        lost,    // nothing is there, though it was promised: fetch it again (a reader took it, or power went before its
                 // name was durable)
        refused, // this letter alone failed; `error` says why; it stays on the server
    };
    Kind kind = Kind::published;
    std::string place;
    std::shared_ptr<const base::Error> error;
};

/// What the user is promised (the table in DESIGN §3, in README).
enum class Guarantee { exactly_once, at_least_once, none };

/// When to commit: whichever is reached first.
struct BatchLimits {
    std::size_t letters = 512;
    std::uint64_t octets = 32U << 20;
    std::chrono::milliseconds age{1000};
};

/// A message that lies at a target, whoever put it there.
struct Resting {
    std::string head;                  // its header, at most 64 KiB, line ends LF
    std::uint64_t octets = 0;          // as LIST would count it (RFC 1939 §11)
    std::uint64_t body_octets = 0;     // of these, what stands behind the empty line after the header
    std::uint64_t from_lines = 0;      // lines of the body that begin with "From ", ">From ", …: some stores add a ">" to each
    std::string body_digest;           // SHA-256 of the body, whatever the store did to such lines, line ends and empty lines at the end
};

class Target {
public:
    Target() = default;
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;
    virtual ~Target() = default;

    /// For people: "maildir ~/Mail/work".
    virtual std::string description() const = 0;
    /// For JSON and the ledger: "maildir", "mbox", "files", "pipe", "lmtp", "stdout".
    virtual std::string_view kind() const = 0;
    virtual Guarantee guarantee() const = 0;
    virtual BatchLimits batch_limits() const { return {}; }

    /// The folders, and single files, that the verbs write to: for a process that is about to confine itself, which can
    /// then reach only what exists. So what is missing is created here already, and a lock that the dead have left is
    /// removed, which later perhaps cannot be read. Where they lie in each other all are named: the outer one may
    /// be opened up less far (the home folder). Throws what prepare() throws.
    virtual std::vector<base::Path> places() { return {}; }

    /// Throws what prepare() would throw for what is there now, and changes nothing.
    virtual void examine() {}

    /// Called once before anything is retrieved: creates what is missing, checks what is there, removes what this
    /// target left behind in runs that died before their promise (never what `promised` names). Throws BadTarget,
    /// SystemError.
    virtual void prepare(std::span<const Receipt> promised) = 0;

    /// Octets free where letters go, or would go once the folder is made; nothing where that means nothing.
    virtual std::optional<std::uint64_t> free_space() const { return std::nullopt; }

    /// When popfetch last delivered for this account what still lies here; nothing where nothing lies or nobody can
    /// tell. The guard against a ledger that vanished or came back from an old backup (FAULTS S03, S06). May read whole
    /// folders: asked only when there is suspicion.
    virtual std::optional<base::WallTime> newest_earlier_mail(const std::string& account) const = 0;

    /// Shows every message that lies here. Reads them all, so it is asked only when a user wants mail recognised (--adopt). Targets that cannot be
    /// read back show nothing.
    virtual void survey(const std::function<void(const Resting&)>& /*see*/) const {}

    virtual std::unique_ptr<Letter> begin(const Envelope& envelope) = 0;

    /// Makes every byte durable, still invisible. Letters come back used up; one receipt for each, in order. All or
    /// none: throws and leaves nothing.
    virtual std::vector<Receipt> stage(std::span<const std::unique_ptr<Letter>> letters) = 0;

    /// Makes them visible and durable, in order, one outcome for each. Idempotent. Throws only for what stops
    /// everything (disk, lock): the receipts stay promised.
    virtual std::vector<Outcome> publish(std::span<const Receipt> receipts) = 0;
};

/// What the configuration says of one target.
struct Spec {
    enum class Kind { maildir, mbox, files, stdout_, pipe, lmtp };
    enum class Tls { none, starttls, implicit };
    Kind kind = Kind::maildir;
    base::Path path;               // maildir, mbox, files; for lmtp a UNIX socket
    std::vector<std::string> argv; // pipe: no shell; fixed tokens %{account} %{delivery_id} %{uid} %{size} %{attempt},
                                   // each inside one argument
    std::string host;              // lmtp over TCP
    std::uint16_t port = 24;
    Tls tls = Tls::none;           // lmtp over TCP
    base::Path tls_ca_file;        // lmtp: PEM; empty: the system's authorities
    std::string recipient;             // lmtp
    std::string sender;                // lmtp envelope sender; empty: <>
    std::string run_as;                // pipe: user name, required when run as root (FAULTS C09)
    std::chrono::seconds timeout{300}; // pipe, lmtp, waiting for a lock
    bool hold_uncertain = false;       // pipe, lmtp: do not repeat a delivery that a crash left in doubt; report it
    bool strict = false;               // pipe: a child that closes its input early failed, whatever its status
};

/// What targets need of the run.
struct Context {
    std::string account; // goes into marks and delivery ids
    base::Path spool;    // a private folder beside the ledger, for all but maildir and files; made when needed
    base::Clock clock;
    std::function<void(std::string_view)> warn; // one line, printable
};

/// Several specs deliver all or nothing: a letter is settled when every target has published it.
std::unique_ptr<Target> open(std::span<const Spec> specs, const Context& context);

/// The same target with its hands tied, for seeing what a run would do: prepare() only examines, what was promised
/// counts as published, and no letter can be begun.
std::unique_ptr<Target> rehearsal_of(std::unique_ptr<Target> target);

/// "maildir:~/Mail" and friends; throws base::Error (EX_CONFIG, "config.deliver") that names what is known.
Spec parse_spec(std::string_view text);
/// The same back, for people: "maildir:/home/alice/Mail", "pipe:procmail".
std::string to_text(const Spec& spec);

}
