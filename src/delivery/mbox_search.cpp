#include "mbox_search.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <popfetch/base/file.hpp>

#include "exact_read.hpp"

namespace popfetch::delivery {

namespace {

constexpr std::size_t at_once = std::size_t{128} * 1024;
constexpr std::size_t longest_first_line = 512;
constexpr std::string_view separator = "\nFrom ";

// Tells where messages begin, reading the mbox from first to last.
template<typename Visit>
void for_each_beginning(const LockedMbox& mbox, Visit visit)
{
    const auto size = mbox.size();
    std::string window{"\n"}; // so that the first message begins behind a newline too
    std::uint64_t at = 0;     // of what follows the window
    while (at < size) {
        const auto kept = window.size();
        window.resize(kept + static_cast<std::size_t>(std::min<std::uint64_t>(size - at, at_once)));
        read_exactly(mbox.fd(), at, window.data() + kept, window.size() - kept, mbox.path());
        const auto begin = at - kept; // modulo 2^64 for the newline before the first octet
        for (auto found = window.find(separator); found != std::string::npos; found = window.find(separator, found + 1))
            visit(begin + found + 1);
        at += window.size() - kept;
        window.erase(0, window.size() - std::min(window.size(), separator.size() - 1));
    }
}

std::string first_line(std::string text)
{
    text.resize(std::min({text.find('\n'), longest_first_line, text.size()}));
    return text;
}

// Behind a whole message comes the next one or nothing. A torn piece would read as its last line.
bool ends_at(const LockedMbox& mbox, std::uint64_t place)
{
    const auto left = mbox.size() - place;
    if (left == 0) return true;
    const auto word = separator.substr(1);
    std::string next(static_cast<std::size_t>(std::min<std::uint64_t>(left, word.size())), '\0');
    read_exactly(mbox.fd(), place, next.data(), next.size(), mbox.path());
    return next == word;
}

bool stands_at(const LockedMbox& mbox, const BatchFile& batch, const Extent& letter, std::uint64_t place)
{
    if (mbox.size() - place < letter.length || !ends_at(mbox, place + letter.length)) return false;
    std::string ours;
    std::string theirs;
    for (std::uint64_t at = 0; at < letter.length; at += ours.size()) {
        ours.resize(static_cast<std::size_t>(std::min<std::uint64_t>(letter.length - at, at_once)));
        theirs.resize(ours.size());
        batch.read_text(letter.offset + at, ours.data(), ours.size());
        read_exactly(mbox.fd(), place + at, theirs.data(), theirs.size(), mbox.path());
        if (ours != theirs) return false;
    }
    return true;
}

}

std::uint64_t first_missing(const LockedMbox& mbox, const BatchFile& batch, std::span<const Extent> letters)
{
    std::unordered_multimap<std::string, std::size_t> wanted;
    for (std::size_t i = 0; i < letters.size(); ++i) {
        std::string beginning(static_cast<std::size_t>(std::min<std::uint64_t>(letters[i].length, longest_first_line)),
                              '\0');
        batch.read_text(letters[i].offset, beginning.data(), beginning.size());
        wanted.emplace(first_line(std::move(beginning)), i);
    }
    const auto size = mbox.size();
    for_each_beginning(mbox, [&](std::uint64_t place) {
        std::string beginning(static_cast<std::size_t>(std::min<std::uint64_t>(size - place, longest_first_line)),
                              '\0');
        read_exactly(mbox.fd(), place, beginning.data(), beginning.size(), mbox.path());
        const auto [first, last] = wanted.equal_range(first_line(std::move(beginning)));
        const auto same = std::find_if(
            first, last, [&](const auto& one) { return stands_at(mbox, batch, letters[one.second], place); });
        if (same != last) wanted.erase(same);
    });
    std::uint64_t from = batch.text_size();
    for (const auto& [line, i] : wanted) from = std::min(from, letters[i].offset);
    return from;
}

}
