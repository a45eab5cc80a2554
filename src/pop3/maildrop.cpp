#include <popfetch/pop3/maildrop.hpp>

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

#include <popfetch/base/ascii.hpp>

#include "ask_capabilities.hpp"
#include "flight.hpp"
#include "window.hpp"
#include "wire.hpp"

namespace popfetch::pop3 {

namespace {

// A password typed by hand into the wrong state is still a password.
bool carries_secret(std::string_view verb)
{
    return base::equal_ignoring_case(verb, "PASS") || base::equal_ignoring_case(verb, "APOP") ||
           base::equal_ignoring_case(verb, "AUTH");
}

}

Maildrop::Maildrop(std::unique_ptr<Wire> wire, Capabilities before_login, bool capabilities_remembered)
    : wire_{std::move(wire)}, before_login_{std::move(before_login)}, remembered_{capabilities_remembered}
{
    if (remembered_) capabilities_ = before_login_;
}

Maildrop::Maildrop(Maildrop&&) noexcept = default;
Maildrop& Maildrop::operator=(Maildrop&&) noexcept = default;
Maildrop::~Maildrop() = default;

const Capabilities& Maildrop::capabilities()
{
    if (!capabilities_) capabilities_ = ask_capabilities(*wire_);
    return *capabilities_;
}

Capabilities Maildrop::to_remember() { return together(before_login_, capabilities()); }

bool Maildrop::pipelining(std::string_view verb) { return may_pipeline(verb) && capabilities().pipelining; }

const net::Stream& Maildrop::stream() const { return wire_->stream(); }

unsigned Maildrop::turns() const { return wire_->turns(); }

std::uint64_t Maildrop::received() const { return wire_->received(); }

template<class Act, class Awaited>
void Maildrop::noting_a_break(Act act, Awaited awaited)
{
    broke_at_.reset();
    try {
        act();
    } catch (const base::Interrupted&) {
        throw;
    } catch (const PipeliningBroken&) {
        throw;
    } catch (const base::Error&) {
        if (wire_->failed()) broke_at_ = awaited();
        throw;
    }
}

std::size_t Maildrop::retr(std::span<const Message> messages, const OnBody& on_body, const OnRefused& on_refused)
{
    const bool trusted = transfer_.sizes != SizeTrust::wrong;
    const auto commands = trusted && pipelining("RETR") ? transfer_.window_commands : 1;
    const Flight::Rules rules{"RETR",
                              "",
                              {commands, transfer_.window_octets},
                              trusted ? Flight::Sizes::compared : Flight::Sizes::not_compared,
                              transfer_.max_message,
                              Flight::Place::told_by_sizes,
                              transfer_.dots};
    Flight flight{*wire_, messages, rules, on_body, on_refused};
    std::size_t dealt_with = 0;
    noting_a_break([&] { dealt_with = flight.run(); }, [&] { return flight.awaited(); });
    return dealt_with;
}

void Maildrop::top(std::span<const Message> messages, unsigned lines, const OnBody& on_body,
                   const OnRefused& on_refused)
{
    if (capabilities().announced && !capabilities().top)
        throw Refused{base::ExitStatus::unavailable,
                      "server.no_top",
                      wire_->where("TOP") + ": the server does not have it",
                      {},
                      {}};
    const auto commands = pipelining("TOP") ? transfer_.window_commands : 1;
    const Flight::Rules rules{"TOP",
                              ' ' + std::to_string(lines),
                              {commands, transfer_.window_octets},
                              Flight::Sizes::not_compared,
                              transfer_.max_message,
                              Flight::Place::asked_at_the_end};
    Flight flight{*wire_, messages, rules, on_body, on_refused};
    noting_a_break([&] { flight.run(); }, [&] { return flight.awaited(); });
}

std::vector<std::uint32_t> Maildrop::dele(std::span<const std::uint32_t> numbers)
{
    std::vector<std::uint32_t> downwards{numbers.begin(), numbers.end()};
    std::ranges::sort(downwards, std::greater{});
    std::vector<std::uint32_t> refused;
    const auto command = [&](std::size_t index) { return "DELE " + std::to_string(downwards[index]); };
    const auto no_octets = [](std::size_t) { return std::uint64_t{0}; };
    const auto commands = pipelining("DELE") ? std::numeric_limits<std::size_t>::max() : 1;
    Window window{*wire_, {commands}, {downwards.size(), command, no_octets}};
    const auto mark_all = [&] {
        for (; window.awaited() < downwards.size(); window.answered()) {
            window.refill();
            if (!wire_->read_reply(window.command(window.awaited())).ok) refused.push_back(downwards[window.awaited()]);
        }
    };
    noting_a_break(mark_all, [&] { return std::optional{downwards[window.awaited()]}; });
    return refused;
}

void Maildrop::rset() { ask("RSET"); }

void Maildrop::noop() { ask("NOOP"); }

// One command that must be granted.
Reply Maildrop::ask(std::string_view command)
{
    wire_->send(command);
    auto reply = wire_->read_reply(command);
    if (!reply.ok) throw Refused{wire_->where(command), reply};
    return reply;
}

Reply Maildrop::raw(std::string_view command, bool multi_line, base::ByteSink& sink)
{
    auto rest = command;
    const std::string verb{base::take_word(rest)};
    if (carries_secret(verb))
        wire_->send_secret(verb + ' ', base::Secret{rest});
    else
        wire_->send(command);

    auto reply = wire_->read_reply(verb);
    if (reply.ok && multi_line) Body{*wire_, verb, std::numeric_limits<std::uint64_t>::max()}.pour_into(sink);
    return reply;
}

Reply Maildrop::quit() &&
{
    const auto wire = std::move(wire_);
    wire->set_patience(wire->timeouts().farewell);
    wire->send("QUIT");
    return wire->read_reply("QUIT");
}

void Maildrop::say_goodbye() && noexcept
{
    try {
        wire_->send("QUIT");
    } catch (const base::Error&) {
        // The line is gone already, and nothing depends on it.
    }
    wire_.reset();
}

void Maildrop::hang_up() && noexcept { wire_.reset(); }

}
