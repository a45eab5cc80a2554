#pragma once
// The world of the session target: a place in memory where mail comes to rest and whose calls fail when they are told
// to, and a witness who sees what was delivered, what was listed and what is said to the server.
//
// What the witness swears to (src/README.md, "Exactly once"): DELE names only messages that were delivered; QUIT is
// said only when everything retrieved was delivered; one listing delivers a message once; a password is never shown to
// whoever listens.

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <popfetch/base/digest.hpp>
#include <popfetch/fetch/run.hpp>

#include "target.hpp"

namespace popfetch::fuzz {

using Identity = std::pair<std::string, std::uint64_t>; // UID, and octets as listed

/// One letter's bytes, which outlive the letter.
struct Copy {
    Identity of;
    std::string text;
};

class Draft final : public delivery::Letter {
public:
    explicit Draft(std::shared_ptr<Copy> into) : copy{std::move(into)} {}
    void write(std::string_view bytes) override { copy->text += bytes; }
    std::uint64_t size() const override { return copy->text.size(); }
    std::string digest() override { return base::sha256_hex(copy->text); }
    const std::shared_ptr<Copy> copy;
};

class Shelf final : public delivery::Target {
public:
    /// What happens at each call, in turn: "s" stage() throws, "x" publish() throws, "r" a letter is refused, "l" it is
    /// lost; anything else is success.
    std::string fates;
    std::set<Identity> published;
    std::set<std::string> published_texts;
    std::vector<std::shared_ptr<Copy>> retrieved; // in this session
    std::vector<const Copy*> published_now;       // of those

    std::string description() const override { return "a shelf"; }
    std::string_view kind() const override { return "shelf"; }
    delivery::Guarantee guarantee() const override { return delivery::Guarantee::exactly_once; }
    delivery::BatchLimits batch_limits() const override { return {2, 200, std::chrono::hours{1}}; }
    std::optional<base::WallTime> newest_earlier_mail(const std::string&) const override { return std::nullopt; }
    void prepare(std::span<const delivery::Receipt>) override {}

    std::unique_ptr<delivery::Letter> begin(const delivery::Envelope& envelope) override
    {
        const std::scoped_lock lock{mutex_};
        retrieved.push_back(std::make_shared<Copy>(Copy{{envelope.uid, envelope.size}, {}}));
        return std::make_unique<Draft>(retrieved.back());
    }

    std::vector<delivery::Receipt> stage(std::span<const std::unique_ptr<delivery::Letter>> letters) override
    {
        const std::scoped_lock lock{mutex_};
        if (next_fate() == 's') throw base::SystemError{"write", "the shelf", ENOSPC};
        std::vector<delivery::Receipt> receipts;
        for (const auto& letter : letters) {
            staged_.push_back(dynamic_cast<const Draft&>(*letter).copy);
            receipts.push_back({"the shelf", std::to_string(staged_.size() - 1), 1});
        }
        return receipts;
    }

    std::vector<delivery::Outcome> publish(std::span<const delivery::Receipt> receipts) override
    {
        const std::scoped_lock lock{mutex_};
        std::vector<delivery::Outcome> outcomes;
        for (const auto& receipt : receipts) {
            const auto fate = next_fate();
            if (fate == 'x') throw base::SystemError{"write", "the shelf", EIO};
            outcomes.push_back(publish(*staged_.at(std::stoul(receipt.token)), fate));
        }
        return outcomes;
    }

    bool has_all_retrieved()
    {
        const std::scoped_lock lock{mutex_};
        for (const auto& copy : retrieved)
            if (!published_texts.contains(copy->text)) return false;
        return true;
    }

private:
    char next_fate() { return fates.empty() ? '.' : fates[turn_++ % fates.size()]; }

    delivery::Outcome publish(const Copy& copy, char fate)
    {
        using Kind = delivery::Outcome::Kind;
        if (fate == 'l') return {Kind::lost, {}, nullptr};
        if (fate == 'r') return {Kind::refused, {}, no_};
        published.insert(copy.of);
        published_texts.insert(copy.text);
        published_now.push_back(&copy);
        return {Kind::published, "the shelf", nullptr};
    }

    const std::shared_ptr<const base::Error> no_ = std::make_shared<delivery::Undeliverable>(
        base::ExitStatus::cannot_create, "delivery.refused", "the shelf takes no such thing");
    std::mutex mutex_; // one thread retrieves while another delivers
    std::vector<std::shared_ptr<Copy>> staged_;
    std::size_t turn_ = 0;
};

class Witness final : public fetch::Report {
public:
    explicit Witness(Shelf& shelf) : shelf_{shelf} {}

    bool may_be_overheard = false;

    void begin_session()
    {
        listed_.clear();
        shelf_.retrieved.clear();
        shelf_.published_now.clear();
    }

    void planned(std::span<const fetch::Decision> decisions) override
    {
        for (const auto& d : decisions) listed_[d.message.number] = {std::string{d.message.uid}, d.message.size};
    }

    void warned(std::string_view text) override { require(is_for_terminals(text), "a warning is printable"); }

    /// Whole lines that are sent to the server.
    void hear(std::string_view said)
    {
        while (!said.empty()) {
            const auto end = said.find("\r\n");
            require(end != std::string_view::npos, "only whole lines are sent");
            hear_line(said.substr(0, end));
            said.remove_prefix(end + 2);
        }
    }

    void end_session() const
    {
        std::set<std::string> once;
        for (const auto* copy : shelf_.published_now) {
            const bool of_this_session =
                std::ranges::any_of(shelf_.retrieved, [&](const auto& r) { return r.get() == copy; });
            if (!of_this_session || copy->of.first.empty()) continue;
            require(once.insert(copy->of.first).second, "a message of a listing is delivered once");
        }
    }

private:
    void hear_line(std::string_view line)
    {
        require(line.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos, "a command is one line");
        if (line.starts_with("DELE "))
            require(is_safe(listed_.at(static_cast<std::uint32_t>(std::stoul(std::string{line.substr(5)})))),
                    "DELE names only what was delivered");
        if (line == "QUIT") require(shelf_.has_all_retrieved(), "QUIT is said only when all is delivered");
        for (const auto* shows : {"PASS ", "AUTH PLAIN", "AUTH LOGIN", "AUTH XOAUTH2", "AUTH OAUTHBEARER"})
            require(!may_be_overheard || !line.starts_with(shows), "a password is not shown to whoever listens");
    }

    bool is_safe(const Identity& message)
    {
        if (!message.first.empty()) return shelf_.published.contains(message);
        return std::ranges::any_of(shelf_.retrieved, [&](const auto& copy) {
            return copy->of == message && shelf_.published_texts.contains(copy->text);
        });
    }

    Shelf& shelf_;
    std::map<std::uint32_t, Identity> listed_;
};

}
