#pragma once
// RETR of what is wanted, with the doubts that the servers of this world deserve: a reply that ended properly may still
// be cut short (two servers end the message after their own read error), so octets are compared with LIST, and a
// difference is believed only when a second RETR gives the same bytes (RELIABILITY §2.8).

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "batch.hpp"

namespace popfetch::fetch {

class Retrieval {
public:
    Retrieval(pop3::Maildrop& maildrop, const Run& run, const state::Snapshot& known, Batch& batch, Totals& totals);

    /// Retrieves every message that is to be fetched. Failures of single messages are recorded; what ends a session is
    /// thrown.
    void fetch(std::span<const Decision> plan);

    /// False once bytes were retrieved that were not given to the batch and are not already safe.
    bool all_safe() const { return all_safe_; }
    const Identities& identities() const { return identities_; }
    /// Messages without UID that turned out to have come before, by number: counted as kept.
    const std::unordered_set<std::uint32_t>& known_already() const { return known_already_; }

private:
    void retrieve(std::span<const pop3::Message> messages);
    void take(const pop3::Message& message, pop3::Body& body);
    void accept(const pop3::Message& message, std::unique_ptr<delivery::Letter> letter);
    void refuse(const pop3::Message& message, const pop3::Reply& reply);
    void confirm_doubtful();
    std::unique_ptr<delivery::Letter> with_its_dots(const pop3::Message& message);
    void fail(const pop3::Message& message, const base::Error& error);
    /// The limit of the run is reached before so many came.
    void leave(std::size_t messages);
    void remember_what_was_seen();
    pop3::TransferOptions transfer() const;
    std::unique_ptr<delivery::Letter> receive(const pop3::Message& message, pop3::Body& body);

    struct Doubtful {
        pop3::Message message;
        std::unique_ptr<delivery::Letter> letter;
        std::uint64_t octets;
        bool lacks_dots; // and with those that were taken away it would be as long as was listed
    };

    pop3::Maildrop& maildrop_;
    const Run& run_;
    const state::Snapshot& known_;
    Batch& batch_;
    Totals& totals_;
    Identities identities_;
    std::unordered_set<std::uint32_t> known_already_;
    std::optional<Doubtful> doubtful_;
    pop3::SizeTrust sizes_;
    std::unordered_set<std::string> were_gone_; // by UID, in the run before
    std::vector<std::string> gone_;             // in this one
    std::uint64_t received_ = 0;
    unsigned exact_ = 0, confirmed_wrong_ = 0;
    bool pipelining_ = true; // as far as the server can
    bool all_safe_ = true;
};

}
