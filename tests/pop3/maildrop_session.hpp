#pragma once
// A transcript that begins after login.

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

#include <popfetch/pop3/maildrop.hpp>

#include "pop3/wire.hpp"
#include "support/transcript.hpp"

namespace popfetch::test {

struct MaildropSession {
    Play play;
    pop3::Maildrop maildrop;
};

inline pop3::Capabilities announcing(std::initializer_list<const char*> lines)
{
    pop3::Capabilities capabilities;
    for (const auto* line : lines) capabilities.add_line(line);
    return capabilities;
}

enum class Known { remembered, before_login };

/// `text` goes on after "S: +OK ready"; what the server announced is remembered, so no CAPA is asked.
inline MaildropSession after_login(const std::string& text, const pop3::Capabilities& announced,
                                   Known known = Known::remembered, pop3::Trace trace = {})
{
    auto play = transcript("S: +OK ready\n" + text);
    auto wire = std::make_unique<pop3::Wire>(std::move(play.stream), net::Timeouts{}, std::move(trace));
    wire->read_greeting();
    return {std::move(play), pop3::Maildrop{std::move(wire), announced, known == Known::remembered}};
}

}
