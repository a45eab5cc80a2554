#pragma once
// What is known against sending several commands at once to a server that announces PIPELINING (RFC 2449 §6.6, FAULTS
// N08). A server may cope with some commands and not with others, so it is known by the verb that a flight begins with:
// USER (and PASS), STAT (and CAPA, LIST, UIDL), RETR, TOP, DELE.

#include <set>
#include <string>
#include <string_view>

namespace popfetch::pop3 {

class Pipelining {
public:
    /// Nothing is known against it.
    Pipelining() = default;
    /// One command at a time, whatever the verb.
    static Pipelining none();

    bool allows(std::string_view verb) const { return !broken_.contains(verb); }
    /// A flight that began with `verb` broke. A server that stumbles over USER or STAT already is asked for nothing
    /// more of the kind.
    void forbid(std::string_view verb);
    /// It was not that after all.
    void allow(std::string_view verb);

    /// For the ledger. "broken", and any word that no version wrote, means none().
    std::string to_text() const;
    static Pipelining from_text(std::string_view text);

    friend bool operator==(const Pipelining&, const Pipelining&) = default;

private:
    std::set<std::string, std::less<>> broken_;
};

}
