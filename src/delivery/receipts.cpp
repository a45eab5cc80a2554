#include "receipts.hpp"

#include <popfetch/base/number.hpp>

namespace popfetch::delivery {

namespace {

std::vector<std::string> words_of(std::string_view text)
{
    std::vector<std::string> words;
    for (;;) {
        const auto blank = text.find(' ');
        words.emplace_back(text.substr(0, blank));
        if (blank == std::string_view::npos) return words;
        text.remove_prefix(blank + 1);
    }
}

// A damaged ledger must not lead us out of our folder.
bool is_plain_name(std::string_view name)
{
    return !name.empty() && name.front() != '.' && name.find('/') == std::string_view::npos;
}

}

std::string Token::text(std::string_view kind) const
{
    auto text = std::string{kind} + " " + staged.name + " " + std::to_string(staged.size);
    for (const auto& word : more) text.append(" ").append(word);
    return text;
}

std::optional<Token> Token::read(std::string_view kind, std::string_view text, std::size_t more)
{
    auto words = words_of(text);
    if (words.size() != 3 + more || words[0] != kind || !is_plain_name(words[1])) return std::nullopt;
    const auto size = base::parse_number<std::uint64_t>(words[2]);
    if (!size) return std::nullopt;
    Token token{{words[1], *size}, {}};
    words.erase(words.begin(), words.begin() + 3);
    token.more = std::move(words);
    return token;
}

std::vector<Staged> staged_in(std::string_view kind, std::span<const Receipt> receipts)
{
    std::vector<Staged> letters;
    for (const auto& receipt : receipts) {
        auto token = Token::read(kind, receipt.token);
        letters.push_back(token ? std::move(token->staged) : Staged{});
    }
    return letters;
}

}
