// What stands in for a target where nothing may be done: everything that tells is the target's own.

#include <stdexcept>
#include <utility>

#include <popfetch/delivery/target.hpp>

namespace popfetch::delivery {

namespace {

class Rehearsal final : public Target {
public:
    explicit Rehearsal(std::unique_ptr<Target> target) : target_{std::move(target)} {}

    std::string description() const override { return target_->description(); }
    std::string_view kind() const override { return target_->kind(); }
    Guarantee guarantee() const override { return target_->guarantee(); }
    std::optional<std::uint64_t> free_space() const override { return target_->free_space(); }
    std::optional<base::WallTime> newest_earlier_mail(const std::string& account) const override
    {
        return target_->newest_earlier_mail(account);
    }
    void survey(const std::function<void(const Resting&)>& see) const override { target_->survey(see); }

    void examine() override { target_->examine(); }
    void prepare(std::span<const Receipt>) override { target_->examine(); }
    std::unique_ptr<Letter> begin(const Envelope&) override { throw std::logic_error{"a rehearsal delivers nothing"}; }
    std::vector<Receipt> stage(std::span<const std::unique_ptr<Letter>>) override { return {}; }
    std::vector<Outcome> publish(std::span<const Receipt> receipts) override;

private:
    std::unique_ptr<Target> target_;
};

// What promises nothing remembers nothing either: there it would be lost.
std::vector<Outcome> Rehearsal::publish(std::span<const Receipt> receipts)
{
    const auto kind = guarantee() == Guarantee::none ? Outcome::Kind::lost : Outcome::Kind::published;
    std::vector<Outcome> outcomes;
    for (const auto& receipt : receipts) outcomes.push_back({kind, receipt.place, nullptr});
    return outcomes;
}

}

std::unique_ptr<Target> rehearsal_of(std::unique_ptr<Target> target)
{
    return std::make_unique<Rehearsal>(std::move(target));
}

}
