#pragma once
// Character references: &amp; &#8364; &#x20AC;

#include <string>
#include <string_view>

namespace popfetch::mail {

/// The characters that stand for the reference at the beginning of `text` ("&…"), and how many octets it takes; a
/// reference that nobody knows is an ampersand.
struct Entity {
    std::string characters;
    std::size_t octets = 1;
};
Entity read_entity(std::string_view text);

}
