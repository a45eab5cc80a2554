// ~/.netrc, as ftp(1) reads it, with the quoted texts and comments that curl and others have added.

#include <optional>

#include <popfetch/base/ascii.hpp>
#include <popfetch/config/secret.hpp>

#include "wiped_text.hpp"

namespace popfetch::config {

namespace {

constexpr std::string_view blanks = " \t\r\n";

class Words {
public:
    explicit Words(std::string_view text) : rest_{text} {}

    /// The next word where a keyword stands; a # there begins a comment.
    std::optional<std::string> keyword()
    {
        while (true) {
            skip_blanks();
            if (!rest_.starts_with('#')) return value();
            skip_line();
        }
    }

    /// The next word, whatever it is; "in quotes" it may hold blanks, and a backslash stands before " and \.
    std::optional<std::string> value()
    {
        skip_blanks();
        if (rest_.empty()) return std::nullopt;
        if (rest_.front() == '"') return quoted();
        const auto end = std::min(rest_.find_first_of(blanks), rest_.size());
        std::string word{rest_.substr(0, end)};
        rest_.remove_prefix(end);
        return word;
    }

    /// The body of a macro goes on to an empty line.
    void skip_macro()
    {
        while (!rest_.empty()) {
            skip_line();
            if (rest_.starts_with('\n') || rest_.starts_with("\r\n")) return;
        }
    }

private:
    void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size())); }
    void skip_line()
    {
        const auto end = rest_.find('\n');
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    }

    std::optional<std::string> quoted()
    {
        std::string word;
        for (std::size_t i = 1; i < rest_.size(); ++i) {
            if (rest_[i] == '"') {
                rest_.remove_prefix(i + 1);
                return word;
            }
            if (rest_[i] == '\\' && i + 1 < rest_.size()) ++i;
            word += rest_[i];
        }
        throw Invalid{"config.secret", "netrc: a quoted text has no end"};
    }

    std::string_view rest_;
};

struct Entry {
    std::optional<std::string> machine; // nothing: default
    std::string login;
    base::Secret password;

    bool is_for(std::string_view host, std::string_view user) const
    {
        const bool here = !machine || base::equal_ignoring_case(*machine, host);
        return here && (login.empty() || login == user);
    }
};

}

std::optional<base::Secret> find_in_netrc(std::string_view text, std::string_view host, std::string_view user)
{
    Words words{text};
    std::optional<Entry> entry;
    const auto is_found = [&] { return entry && !entry->password.empty() && entry->is_for(host, user); };
    while (const auto keyword = words.keyword()) {
        if (*keyword == "machine" || *keyword == "default") {
            if (is_found()) break;
            entry.emplace();
            if (*keyword == "machine") entry->machine = words.value().value_or("");
        } else if (*keyword == "macdef") {
            words.skip_macro();
        } else if (*keyword == "login") {
            const auto word = words.value();
            if (entry) entry->login = word.value_or("");
        } else if (*keyword == "password") { // the word behind it is none of ours, even where no entry has begun
            const WipedText word{words.value().value_or("")};
            if (entry) entry->password = base::Secret{word.text};
        } else if (*keyword == "account") {
            words.value();
        }
    }
    if (!is_found()) return std::nullopt;
    return entry->password;
}

}
