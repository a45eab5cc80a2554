#include "spooled_target.hpp"

#include <array>
#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <popfetch/base/error.hpp>
#include <popfetch/base/interrupt.hpp>

#include "receipts.hpp"

namespace popfetch::delivery {

namespace {

constexpr unsigned most_refusals = 3;
constexpr std::size_t words_in_token = 2; // delivery id and UID

}

std::string percent_encoded(std::string_view bytes)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text;
    for (const char c : bytes) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                           c == '_' || c == '~' || (c == '-' && !text.empty());
        if (plain) {
            text += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        text.append(1, '%').append(1, digits[byte >> 4U]).append(1, digits[byte & 15U]);
    }
    return text;
}

Undeliverable uncertain(const std::string& where)
{
    return Undeliverable{base::ExitStatus::temporary, "delivery.uncertain",
                         where + ": the message may have been delivered before the connection or the program broke off",
                         "look whether it arrived; it is still on the server"};
}

SpooledTarget::SpooledTarget(std::string_view kind, const Spec& spec, const Surroundings& run)
    : kind_{kind}, hold_uncertain_{spec.hold_uncertain}, spool_{run.spool,
                                                                {Names::Style::dated, run.account, run.spool,
                                                                 std::string{kind} + run.role}}
{
}

BatchLimits SpooledTarget::batch_limits() const
{
    BatchLimits limits;
    limits.letters = 1;
    return limits;
}

void SpooledTarget::prepare(std::span<const Receipt> promised)
{
    examine();
    base::create_folders(spool_.path());
    spool_.open();
    std::vector<Staged> awaited;
    for (const auto& receipt : promised)
        if (auto token = Token::read(kind_, receipt.token, words_in_token)) awaited.push_back(std::move(token->staged));
    spool_.clear(awaited);
    spool_.remove_damaged(awaited);
}

std::unique_ptr<Letter> SpooledTarget::begin(const Envelope& envelope)
{
    if (refused_in_a_row_ >= most_refusals)
        throw BadTarget{base::ExitStatus::temporary, "delivery.stopped",
                        description() + ": " + std::to_string(refused_in_a_row_) + " messages in a row were refused",
                        "nothing more is fetched for now"};
    return spool_.begin(envelope);
}

std::vector<Receipt> SpooledTarget::stage(std::span<const std::unique_ptr<Letter>> letters)
{
    spool_.remove_done();
    staged_here_.clear();
    std::vector<Receipt> receipts;
    const auto staged = spool_.stage(letters);
    for (std::size_t i = 0; i < staged.size(); ++i) {
        const auto& envelope = dynamic_cast<const Draft&>(*letters[i]).envelope();
        const Token token{staged[i], {percent_encoded(envelope.delivery_id), percent_encoded(envelope.uid)}};
        receipts.push_back({place(), token.text(kind_)});
        staged_here_.insert(staged[i].name);
    }
    return receipts;
}

std::vector<Outcome> SpooledTarget::publish(std::span<const Receipt> receipts)
{
    std::vector<Outcome> outcomes;
    for (const auto& receipt : receipts) outcomes.push_back(publish_one(receipt));
    return outcomes;
}

Outcome SpooledTarget::publish_one(const Receipt& receipt)
{
    const auto token = Token::read(kind_, receipt.token, words_in_token);
    if (!token) return {Outcome::Kind::lost, {}, nullptr};
    const auto& name = token->staged.name;
    if (spool_.is_done(name)) return {Outcome::Kind::published, place(), nullptr};
    auto message = open(token->staged);
    if (!message) return {Outcome::Kind::lost, {}, nullptr};
    if (hold_uncertain_ && !staged_here_.contains(name)) return refuse(name, uncertain(description()));

    base::throw_if_interrupted();
    try {
        deliver({std::move(*message), token->more[0], token->more[1], receipt.attempt});
    } catch (const Undeliverable& error) {
        ++refused_in_a_row_;
        return refuse(name, error);
    }
    refused_in_a_row_ = 0;
    spool_.mark_done(name);
    return {Outcome::Kind::published, place(), nullptr};
}

Outcome SpooledTarget::refuse(const std::string& name, const Undeliverable& error)
{
    ::unlinkat(spool_.fd(), name.c_str(), 0);
    return {Outcome::Kind::refused, place(), std::make_shared<Undeliverable>(error)};
}

std::optional<Content> SpooledTarget::open(const Staged& staged) const
{
    Content message;
    message.path = spool_.path() / staged.name;
    message.size = staged.size;
    message.file = base::Fd{::openat(spool_.fd(), staged.name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
    if (!message.file && errno == ENOENT) return std::nullopt;
    if (!message.file) throw base::SystemError{"open", message.path.native(), errno};
    return message;
}

}
