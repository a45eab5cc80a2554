#include "flight.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "listing_parser.hpp"

namespace popfetch::pop3 {

namespace {

class Nowhere final : public base::ByteSink {
public:
    void write(std::string_view) override {}
};

void skip(Body& body)
{
    Nowhere nowhere;
    body.pour_into(nowhere);
}

}

Flight::Flight(Wire& wire, std::span<const Message> messages, Rules rules, const Maildrop::OnBody& on_body,
               const Maildrop::OnRefused& on_refused)
    : wire_{wire}, messages_{messages}, rules_{std::move(rules)}, on_body_{on_body},
      on_refused_{on_refused}, window_{wire, rules_.window, row()}
{
}

Window::Row Flight::row() const
{
    return {messages_.size(),
            [this](std::size_t index) {
                return rules_.verb + ' ' + std::to_string(messages_[index].number) + rules_.arguments;
            },
            [this](std::size_t index) { return rules_.sizes == Sizes::compared ? messages_[index].believed_size() : 0; }};
}

// FAULTS P36: LIST is an estimate on some servers, so there is much room above it; but there is an end.
std::uint64_t Flight::limit_for(const Message& message) const
{
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    const std::uint64_t room = message.has_size ? 64U << 20 : 1U << 30;
    const auto size = message.believed_size();
    const auto fourfold = size <= most / 4 ? size * 4 : most;
    const auto with_room = size <= most - room ? size + room : most;
    const auto limit = std::max(fourfold, with_room);
    return rules_.max_message > 0 ? std::min(limit, rules_.max_message) : limit;
}

std::size_t Flight::run()
{
    try {
        return fly();
    } catch (...) {
        wire_.break_off(); // a handler that threw has left the rest of a body on the line
        throw;
    }
}

std::size_t Flight::fly()
{
    while (window_.awaited() < messages_.size()) {
        window_.refill();
        const auto& message = messages_[window_.awaited()];
        const bool as_listed = take(message);
        window_.answered();
        if (as_listed) continue;

        const auto dealt_with = window_.awaited();
        if (window_.on_their_way() > 0) discard_the_rest(message);
        return dealt_with;
    }
    if (rules_.place == Place::asked_at_the_end) confirm_place();
    return messages_.size();
}

std::optional<std::uint32_t> Flight::awaited() const
{
    if (window_.awaited() >= messages_.size()) return std::nullopt;
    return messages_[window_.awaited()].number;
}

bool Flight::take(const Message& message)
{
    const auto command = window_.command(window_.awaited());
    const auto reply = wire_.read_reply(command);
    if (!reply.ok) {
        on_refused_(message, reply);
        return true;
    }
    const auto on_progress = [this](std::uint64_t octets) {
        window_.progress(octets);
        window_.refill();
    };
    Body body{wire_, command, limit_for(message), on_progress, rules_.dots};
    granted_ = message.number;
    on_body_(message, body);
    skip(body);
    return rules_.sizes == Sizes::not_compared || message.is_whole(body.octets());
}

// Behind a body of the wrong length the replies may be forged by that body. Whatever goes wrong among them, the cause
// is that several commands were under way, and one at a time is the cure.
void Flight::discard_the_rest(const Message& mismatched)
{
    try {
        while (window_.on_their_way() > 0) {
            discard(messages_[window_.awaited()]);
            window_.answered();
        }
        find_our_place(mismatched.number);
    } catch (const ProtocolError& error) {
        throw PipeliningBroken{rules_.verb, error.what()};
    } catch (const net::ConnectionError& error) {
        throw PipeliningBroken{rules_.verb, error.what()};
    }
}

void Flight::discard(const Message& message)
{
    const auto command = window_.command(window_.awaited());
    if (!wire_.read_reply(command).ok) return;
    Body body{wire_, command, limit_for(message)};
    skip(body);
}

// Forged replies would have been counted for real ones, which are then still to come. The reply to LIST n names n,
// which the reply to another command does not.
void Flight::find_our_place(std::uint32_t number)
{
    const auto command = "LIST " + std::to_string(number);
    wire_.send(command);
    const auto reply = wire_.read_reply(command);
    const auto line = parse_scan_line(reply.text);
    if (!reply.ok || !line || line->number != number)
        wire_.fail("proto.desync", wire_.where(command) + ": the reply belongs to another command");
}

// One surplus reply among several, and every header behind it is that of another message.
void Flight::confirm_place()
{
    if (messages_.size() < 2 || !granted_) return;
    try {
        find_our_place(*granted_);
    } catch (const ProtocolError& error) {
        if (rules_.window.commands > 1) throw PipeliningBroken{rules_.verb, error.what()};
        throw;
    }
}

}
