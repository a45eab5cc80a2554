#pragma once
// The tokens of receipts: "KIND NAME SIZE" and what a kind adds, words separated by single blanks.
//
// A token that this kind of target did not write is no error: the configuration may name another target than it did
// when the promise was made. Its letter counts as lost, and is fetched again.

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "staging_folder.hpp"

namespace popfetch::delivery {

struct Token {
    Staged staged;
    std::vector<std::string> more;

    std::string text(std::string_view kind) const;
    /// Nothing unless it is a token of this kind with `more` words after name and size.
    static std::optional<Token> read(std::string_view kind, std::string_view text, std::size_t more = 0);
};

/// In their order; an empty name stands for a token of another kind.
std::vector<Staged> staged_in(std::string_view kind, std::span<const Receipt> receipts);

}
