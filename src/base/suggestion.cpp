#include <popfetch/base/suggestion.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace popfetch::base {

namespace {

// The words that are right are short; a longer one is not a slip of the keyboard, and the work is quadratic.
constexpr std::size_t longest_word = 64;

// Insertions, deletions, replacements and exchanges of neighbours ("optimal string alignment").
std::size_t edits_between(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::swap(before_last, last);
        std::swap(last, row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
            const bool exchanged = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (exchanged) row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
    }
    return row[b.size()];
}

}

std::string nearest(std::string_view word, std::span<const std::string_view> candidates)
{
    if (word.size() > longest_word) return {};
    std::string_view best;
    std::size_t fewest = word.size() / 3 + 1;
    for (const std::string_view candidate : candidates) {
        const std::size_t edits = edits_between(word, candidate);
        if (edits >= fewest) continue;
        fewest = edits;
        best = candidate;
    }
    return std::string{best};
}

}
