#include "several.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>

#include <popfetch/base/number.hpp>

namespace popfetch::delivery {

namespace {

// "several 2 34:maildir …51:mbox …": the tokens one behind the other, each with its length.
std::string join_tokens(const std::vector<std::string>& tokens)
{
    auto text = "several " + std::to_string(tokens.size()) + " ";
    for (const auto& token : tokens) text.append(std::to_string(token.size())).append(":").append(token);
    return text;
}

// Nothing when it does not name as many as there are: the configuration has changed since.
std::optional<std::vector<std::string>> split_tokens(std::string_view text, std::size_t count)
{
    const auto head = "several " + std::to_string(count) + " ";
    if (!text.starts_with(head)) return std::nullopt;
    text.remove_prefix(head.size());
    std::vector<std::string> tokens;
    while (!text.empty()) {
        const auto colon = text.find(':');
        const auto size = base::parse_number<std::size_t>(text.substr(0, colon));
        if (colon == std::string_view::npos || !size || *size > text.size() - colon - 1) return std::nullopt;
        tokens.emplace_back(text.substr(colon + 1, *size));
        text.remove_prefix(colon + 1 + *size);
    }
    if (tokens.size() != count) return std::nullopt;
    return tokens;
}

class LetterToAll final : public Letter {
public:
    explicit LetterToAll(std::vector<std::unique_ptr<Letter>> letters) : letters_{std::move(letters)} {}

    void write(std::string_view bytes) override
    {
        for (const auto& letter : letters_) letter->write(bytes);
    }
    std::uint64_t size() const override { return letters_.front()->size(); }
    std::string digest() override { return letters_.front()->digest(); }

    std::unique_ptr<Letter> take(std::size_t target) { return std::move(letters_[target]); }

private:
    std::vector<std::unique_ptr<Letter>> letters_;
};

class Several final : public Target {
public:
    explicit Several(std::vector<std::unique_ptr<Target>> targets);

    std::string description() const override;
    std::string_view kind() const override { return kind_; }
    Guarantee guarantee() const override;
    BatchLimits batch_limits() const override;
    std::optional<std::uint64_t> free_space() const override;
    std::optional<base::WallTime> newest_earlier_mail(const std::string& account) const override;
    /// The first: all of them hold the same mail.
    void survey(const std::function<void(const Resting&)>& see) const override { targets_.front()->survey(see); }

    std::vector<base::Path> places() override;
    void examine() override;
    void prepare(std::span<const Receipt> promised) override;
    std::unique_ptr<Letter> begin(const Envelope& envelope) override;
    std::vector<Receipt> stage(std::span<const std::unique_ptr<Letter>> letters) override;
    std::vector<Outcome> publish(std::span<const Receipt> receipts) override;

private:
    std::vector<Receipt> receipts_for(std::size_t target, std::span<const Receipt> receipts) const;

    std::vector<std::unique_ptr<Target>> targets_;
    std::string kind_;
};

Several::Several(std::vector<std::unique_ptr<Target>> targets) : targets_{std::move(targets)}
{
    for (const auto& target : targets_) kind_.append(kind_.empty() ? "" : "+").append(target->kind());
}

std::string Several::description() const
{
    std::string text;
    for (const auto& target : targets_) text.append(text.empty() ? "" : " and ").append(target->description());
    return text;
}

Guarantee Several::guarantee() const
{
    auto weakest = Guarantee::exactly_once;
    for (const auto& target : targets_) weakest = std::max(weakest, target->guarantee());
    return weakest;
}

BatchLimits Several::batch_limits() const
{
    BatchLimits least;
    for (const auto& target : targets_) {
        const auto limits = target->batch_limits();
        least.letters = std::min(least.letters, limits.letters);
        least.octets = std::min(least.octets, limits.octets);
        least.age = std::min(least.age, limits.age);
    }
    return least;
}

std::vector<base::Path> Several::places()
{
    std::vector<base::Path> all;
    for (const auto& target : targets_) {
        auto places = target->places();
        std::ranges::move(places, std::back_inserter(all));
    }
    return all;
}

std::optional<std::uint64_t> Several::free_space() const
{
    std::optional<std::uint64_t> least;
    for (const auto& target : targets_)
        if (const auto space = target->free_space()) least = std::min(least.value_or(*space), *space);
    return least;
}

std::optional<base::WallTime> Several::newest_earlier_mail(const std::string& account) const
{
    std::optional<base::WallTime> newest;
    for (const auto& target : targets_) newest = std::max(newest, target->newest_earlier_mail(account));
    return newest;
}

// What each target knows of the receipts; an empty token where they speak of other targets.
std::vector<Receipt> Several::receipts_for(std::size_t target, std::span<const Receipt> receipts) const
{
    std::vector<Receipt> own;
    for (const auto& receipt : receipts) {
        auto tokens = split_tokens(receipt.token, targets_.size());
        own.push_back({receipt.place, tokens ? std::move((*tokens)[target]) : std::string{}, receipt.attempt});
    }
    return own;
}

void Several::examine()
{
    for (const auto& target : targets_) target->examine();
}

void Several::prepare(std::span<const Receipt> promised)
{
    for (std::size_t i = 0; i < targets_.size(); ++i) targets_[i]->prepare(receipts_for(i, promised));
}

std::unique_ptr<Letter> Several::begin(const Envelope& envelope)
{
    std::vector<std::unique_ptr<Letter>> letters;
    for (const auto& target : targets_) letters.push_back(target->begin(envelope));
    return std::make_unique<LetterToAll>(std::move(letters));
}

std::vector<Receipt> Several::stage(std::span<const std::unique_ptr<Letter>> letters)
{
    std::vector<std::vector<std::string>> tokens(letters.size());
    std::vector<std::string> places(letters.size());
    for (std::size_t target = 0; target < targets_.size(); ++target) {
        std::vector<std::unique_ptr<Letter>> own;
        for (const auto& letter : letters) own.push_back(dynamic_cast<LetterToAll&>(*letter).take(target));
        const auto receipts = targets_[target]->stage(own);
        for (std::size_t i = 0; i < letters.size(); ++i) {
            tokens[i].push_back(receipts[i].token);
            places[i].append(places[i].empty() ? "" : ", ").append(receipts[i].place);
        }
    }
    std::vector<Receipt> receipts;
    for (std::size_t i = 0; i < letters.size(); ++i) receipts.push_back({std::move(places[i]), join_tokens(tokens[i])});
    return receipts;
}

// Where a refusal or a loss may still come from. Standard output cannot be taken back, so it comes last.
int turn_of(const Target& target)
{
    switch (target.guarantee()) {
    case Guarantee::at_least_once: return 0;
    case Guarantee::exactly_once: return 1;
    case Guarantee::none: break;
    }
    return 2;
}

void merge(Outcome& whole, Outcome&& part)
{
    whole.kind = part.kind;
    whole.error = std::move(part.error);
    whole.place.append(whole.place.empty() || part.place.empty() ? "" : ", ").append(part.place);
}

// Lost in one is lost: fetched again, for all. What was refused or lost does not come to those whose turn is later.
std::vector<Outcome> Several::publish(std::span<const Receipt> receipts)
{
    std::vector<std::size_t> turns(targets_.size());
    std::iota(turns.begin(), turns.end(), std::size_t{0});
    std::ranges::stable_sort(turns, {}, [this](std::size_t target) { return turn_of(*targets_[target]); });

    std::vector<Outcome> outcomes(receipts.size());
    for (const auto target : turns) {
        const auto own = receipts_for(target, receipts);
        std::vector<Receipt> still;
        std::vector<std::size_t> numbers;
        for (std::size_t i = 0; i < receipts.size(); ++i) {
            if (outcomes[i].kind != Outcome::Kind::published) continue;
            still.push_back(own[i]);
            numbers.push_back(i);
        }
        auto results = targets_[target]->publish(still);
        for (std::size_t i = 0; i < results.size(); ++i) merge(outcomes[numbers[i]], std::move(results[i]));
    }
    return outcomes;
}

}

std::unique_ptr<Target> combine(std::vector<std::unique_ptr<Target>> targets)
{
    if (targets.size() == 1) return std::move(targets.front());
    return std::make_unique<Several>(std::move(targets));
}

}
