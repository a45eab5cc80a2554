#pragma once
// "did you mean": the nearest of the words that would have been right.

#include <span>
#include <string>
#include <string_view>

namespace popfetch::base {

/// The candidate within a third of the word's length in edits; empty when none is near.
std::string nearest(std::string_view word, std::span<const std::string_view> candidates);

}
