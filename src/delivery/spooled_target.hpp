#pragma once
// What pipe and LMTP have in common: a letter waits, durable, in a private folder beside the ledger; then somebody else
// is asked to take it. At least once: a crash between their taking it and our noting that repeats one letter, and that
// one carries the same delivery id. One letter at a time, so that there is never more than one in doubt.
//
// A letter that is refused goes back to the server's care: its file is removed, its next try fetches it again.

#include <atomic>
#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "content.hpp"
#include "staging_folder.hpp"
#include "targets.hpp"

namespace popfetch::delivery {

/// A letter and what its recipient is told of it.
struct Parcel {
    Content message; // always in a file
    std::string delivery_id;
    std::string uid; // percent-encoded: letters, digits and . _ ~ - %, never beginning with "-"
    unsigned attempt = 1;
};

std::string percent_encoded(std::string_view bytes);

/// What hold_uncertain makes of a letter that may have been delivered: EX_TEMPFAIL, "delivery.uncertain".
Undeliverable uncertain(const std::string& where);

class SpooledTarget : public Target {
public:
    SpooledTarget(std::string_view kind, const Spec& spec, const Surroundings& run);

    std::string_view kind() const override { return kind_; }
    Guarantee guarantee() const override { return Guarantee::at_least_once; }
    BatchLimits batch_limits() const override;
    /// Nobody can tell what became of what was handed over.
    std::optional<base::WallTime> newest_earlier_mail(const std::string&) const override { return std::nullopt; }

    void examine() override { check(); }
    void prepare(std::span<const Receipt> promised) override;
    /// Throws BadTarget (EX_TEMPFAIL) after three refusals in a row: that is no longer about single letters.
    std::unique_ptr<Letter> begin(const Envelope& envelope) override;
    std::vector<Receipt> stage(std::span<const std::unique_ptr<Letter>> letters) override;
    std::vector<Outcome> publish(std::span<const Receipt> receipts) override;

protected:
    bool holds_uncertain() const noexcept { return hold_uncertain_; }

private:
    /// Throws BadTarget when letters cannot be handed over at all.
    virtual void check() = 0;
    /// Hands it over. Throws Undeliverable when it is refused, anything else when nothing can be handed over.
    virtual void deliver(const Parcel& parcel) = 0;
    /// For people: "pipe:procmail".
    virtual std::string place() const = 0;

    Outcome publish_one(const Receipt& receipt);
    Outcome refuse(const std::string& name, const Undeliverable& error);
    std::optional<Content> open(const Staged& staged) const;

    std::string_view kind_;
    bool hold_uncertain_;
    StagingFolder spool_;
    std::set<std::string> staged_here_;          // what this run staged cannot have been delivered by another
    std::atomic<unsigned> refused_in_a_row_ = 0; // begin() reads it while publish() counts
};

}
