#include <popfetch/pop3/pipelining.hpp>

#include <algorithm>
#include <array>

#include <popfetch/base/ascii.hpp>

namespace popfetch::pop3 {

namespace {

constexpr std::array<std::string_view, 5> flights{"USER", "STAT", "RETR", "TOP", "DELE"};

}

Pipelining Pipelining::none()
{
    Pipelining none;
    none.broken_.insert(flights.begin(), flights.end());
    return none;
}

void Pipelining::forbid(std::string_view verb)
{
    const bool one_by_itself = verb == "RETR" || verb == "TOP" || verb == "DELE";
    if (one_by_itself)
        broken_.emplace(verb);
    else
        *this = none();
}

void Pipelining::allow(std::string_view verb)
{
    if (const auto found = broken_.find(verb); found != broken_.end()) broken_.erase(found);
}

std::string Pipelining::to_text() const
{
    if (*this == none()) return "broken";
    std::string text;
    for (const auto& verb : broken_) text += (text.empty() ? "" : " ") + verb;
    return text;
}

Pipelining Pipelining::from_text(std::string_view text)
{
    Pipelining known;
    for (auto verb = base::take_word(text); !verb.empty(); verb = base::take_word(text)) known.forbid(verb);
    return known;
}

}
