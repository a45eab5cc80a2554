// Standard output, as one mbox (mboxrd), so that whoever reads it can tell where a message ends. No promise: what is
// written there may be lost in a pipe, so such messages are never deleted on the server.

#include <map>
#include <set>
#include <string>
#include <utility>

#include <unistd.h>

#include <popfetch/base/buffered_sink.hpp>

#include "draft.hpp"
#include "mbox_format.hpp"
#include "staging_folder.hpp"
#include "targets.hpp"

namespace popfetch::delivery {

namespace {

class StdoutSink final : public base::ByteSink {
public:
    void write(std::string_view bytes) override { base::write_all(STDOUT_FILENO, bytes, "standard output"); }
};

class Stdout final : public Target {
public:
    explicit Stdout(const Surroundings& run)
        : waiting_room_{run.spool, {Names::Style::dated, run.account, run.spool, "stdout" + run.role}}
    {
    }

    std::string description() const override { return "standard output"; }
    std::string_view kind() const override { return "stdout"; }
    Guarantee guarantee() const override { return Guarantee::none; }
    std::optional<base::WallTime> newest_earlier_mail(const std::string&) const override { return std::nullopt; }

    void prepare(std::span<const Receipt> promised) override;
    std::unique_ptr<Letter> begin(const Envelope& envelope) override { return waiting_room_.begin(envelope); }
    std::vector<Receipt> stage(std::span<const std::unique_ptr<Letter>> letters) override;
    std::vector<Outcome> publish(std::span<const Receipt> receipts) override;

private:
    struct Waiting {
        Content message;
        base::WallTime received;
    };

    StagingFolder waiting_room_; // large letters, and only until they are staged
    std::map<std::string, Waiting, std::less<>> staged_;
    std::set<std::string, std::less<>> written_;
};

void Stdout::prepare(std::span<const Receipt>)
{
    base::create_folders(waiting_room_.path());
    waiting_room_.open();
    waiting_room_.clear({});
}

std::vector<Receipt> Stdout::stage(std::span<const std::unique_ptr<Letter>> letters)
{
    written_.clear();
    std::vector<Receipt> receipts;
    for (const auto& letter : letters) {
        auto& draft = dynamic_cast<Draft&>(*letter);
        const auto& receipt = receipts.emplace_back(Receipt{"standard output", "stdout " + draft.name()});
        staged_.emplace(receipt.token, Waiting{draft.release(), draft.envelope().received});
    }
    return receipts;
}

std::vector<Outcome> Stdout::publish(std::span<const Receipt> receipts)
{
    StdoutSink sink;
    base::BufferedSink out{sink};
    std::vector<Outcome> outcomes;
    for (const auto& receipt : receipts) {
        const auto found = staged_.find(receipt.token);
        const bool known = found != staged_.end() || written_.contains(receipt.token);
        outcomes.push_back({known ? Outcome::Kind::published : Outcome::Kind::lost, receipt.place, nullptr});
        if (found == staged_.end()) continue;
        write_as_mbox(found->second.message, found->second.received, out);
        written_.insert(receipt.token);
        staged_.erase(found);
    }
    out.flush();
    return outcomes;
}

}

std::unique_ptr<Target> open_stdout(const Spec&, const Surroundings& surroundings)
{
    return std::make_unique<Stdout>(surroundings);
}

}
