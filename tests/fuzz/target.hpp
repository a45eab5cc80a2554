#pragma once
// What every fuzz target is written with. A target is one file with LLVMFuzzerTestOneInput: it hands the bytes to the
// code in question, lets typed errors pass, and requires what must hold whatever the bytes are.
//
//     extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
//     {
//         auto input = fuzz::Input{data, size};
//         …
//         return 0;
//     }

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <popfetch/base/error.hpp>
#include <popfetch/base/printable.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace popfetch::fuzz {

/// What must hold. An assert would be gone in a build without them.
inline void require(bool holds, const char* what)
{
    if (holds) return;
    std::fprintf(stderr, "REQUIRED: %s\n", what);
    std::abort();
}

/// Runs it; true when it came to its end. A typed error is a good answer; every other exception is a finding.
template<typename Action>
bool passes(Action action)
{
    try {
        action();
        return true;
    } catch (const base::Error& error) {
        require(base::is_valid_utf8(error.what()), "an error's text is UTF-8");
        require(base::printable(error.what(), 1U << 20U) == error.what(), "an error's text is printable");
        return false;
    }
}

/// The bytes, taken from the front.
class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : rest_{reinterpret_cast<const char*>(data), size} {}

    std::string_view rest() const { return rest_; }
    bool empty() const { return rest_.empty(); }

    std::uint8_t octet() { return static_cast<std::uint8_t>(take(1).empty() ? 0 : last_.front()); }

    std::string_view take(std::size_t count)
    {
        last_ = rest_.substr(0, count);
        rest_.remove_prefix(last_.size());
        return last_;
    }

    /// Up to the mark, which goes too; all that is left where there is none.
    std::string_view up_to(char mark)
    {
        const auto end = rest_.find(mark);
        const auto found = take(end);
        rest_.remove_prefix(end == std::string_view::npos ? 0 : 1);
        return found;
    }

private:
    std::string_view rest_, last_;
};

/// The text in pieces: each octet of `lengths` is the length of one (a blank is 1, "!" is 2, …), used in turn.
inline std::vector<std::string> cut(std::string_view text, std::string_view lengths)
{
    std::vector<std::string> pieces;
    for (std::size_t turn = 0; !text.empty(); ++turn) {
        const auto length =
            lengths.empty() ? text.size() : static_cast<unsigned char>(lengths[turn % lengths.size()]) % 32U + 1U;
        pieces.emplace_back(text.substr(0, length));
        text.remove_prefix(pieces.back().size());
    }
    return pieces;
}

/// What may stand on a terminal: valid UTF-8 without control characters but the line feed.
inline bool is_for_terminals(std::string_view text)
{
    std::string without_line_feeds{text};
    std::erase(without_line_feeds, '\n');
    return base::printable(without_line_feeds, without_line_feeds.size() * 2 + 1) == without_line_feeds;
}

}
