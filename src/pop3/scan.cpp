// What is in the maildrop: STAT, LIST and UIDL.

#include <array>
#include <utility>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/number.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/pop3/maildrop.hpp>

#include "ask_capabilities.hpp"
#include "listing_parser.hpp"
#include "login_refusal.hpp"
#include "wire.hpp"

namespace popfetch::pop3 {

namespace {

// "2 320"; STAT is advice, and some servers give strange advice (FAULTS P17).
std::optional<Stat> parse_stat(std::string_view text)
{
    const auto messages = base::parse_number<std::uint64_t>(base::take_word(text));
    const auto octets = base::parse_number<std::uint64_t>(base::take_word(text));
    if (!messages || !octets) return std::nullopt;
    return Stat{*messages, *octets};
}

[[noreturn]] void nonsense(Wire& wire, std::string_view command, const Reply& reply)
{
    wire.fail("proto.bad_reply", wire.where(command) + ": the server answered \"" + base::printable(reply.text) +
                                     "\" where numbers belong");
}

void read_scan_lines(Wire& wire, ListingParser& parser)
{
    Lines lines{wire, "LIST", {}};
    while (const auto line = lines.next()) parser.add_scan_line(*line);
}

void read_uid_lines(Wire& wire, ListingParser& parser)
{
    Lines lines{wire, "UIDL", {}};
    while (const auto line = lines.next()) parser.add_uid_line(*line);
}

}

Stat Maildrop::stat()
{
    const auto reply = ask("STAT");
    const auto stat = parse_stat(reply.text);
    if (!stat) nonsense(*wire_, "STAT", reply);
    return *stat;
}

Listing Maildrop::list()
{
    ask("LIST");
    ListingParser parser;
    read_scan_lines(*wire_, parser);
    return parser.without_uids();
}

Message Maildrop::list(std::uint32_t number)
{
    const auto command = "LIST " + std::to_string(number);
    const auto reply = ask(command);
    const auto line = parse_scan_line(reply.text);
    if (!line || line->number != number) nonsense(*wire_, command, reply);
    return {.number = number, .size = line->size.value_or(0), .uid = {}, .has_size = line->size.has_value()};
}

std::optional<std::string> Maildrop::uidl(std::uint32_t number)
{
    const auto command = "UIDL " + std::to_string(number);
    wire_->send(command);
    const auto reply = wire_->read_reply(command);
    if (!reply.ok) return std::nullopt;
    const auto line = parse_uid_line(reply.text);
    if (!line || line->number != number || line->uid.empty()) return std::nullopt;
    return std::string{line->uid};
}

Listing Maildrop::scan()
{
    const bool with_capa = !capabilities_ && may_pipeline("STAT") && before_login_.pipelining;
    const bool together = with_capa || pipelining("STAT");
    if (together) {
        if (with_capa) wire_->queue("CAPA");
        for (const auto* command : {"STAT", "LIST", "UIDL"}) wire_->queue(command);
        wire_->flush();
    }
    const auto answer = [&](std::string_view command) {
        if (!together) wire_->send(command);
        return wire_->read_reply(command);
    };

    if (with_capa) capabilities_ = take_capabilities(*wire_);
    ListingParser parser;
    const auto stat = answer("STAT");
    const auto list = answer("LIST");
    if (list.ok) read_scan_lines(*wire_, parser);
    const auto uidl = answer("UIDL");
    if (uidl.ok) read_uid_lines(*wire_, parser);

    // All replies are read; now they are judged.
    if (!stat.ok) throw_not_opened(wire_->where("STAT"), stat);
    if (!list.ok) throw_not_opened(wire_->where("LIST"), list);
    if (!uidl.ok) return without_uidl(parser, uidl);
    const auto counted = parse_stat(stat.text);
    // A message has an octet at least; a count beyond that is nonsense (FAULTS P17).
    if (!counted || counted->messages > counted->octets) return parser.joined(std::nullopt);
    return parser.joined(counted->messages);
}

// A server that has UIDL and refuses it is in trouble: without identities nothing can be done that does not risk
// doubles (FAULTS P29). One that never had it can still be emptied.
Listing Maildrop::without_uidl(ListingParser& parser, const Reply& uidl)
{
    if (std::exchange(remembered_, false)) capabilities_.reset();
    if (capabilities().uidl) throw Refused{base::ExitStatus::temporary, "server.uidl", wire_->where("UIDL"), uidl, {}};
    return parser.without_uids();
}

}
