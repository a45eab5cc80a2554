#include "html.hpp"

#include <algorithm>
#include <array>

#include <popfetch/base/ascii.hpp>

#include "html_entity.hpp"

namespace popfetch::mail {

namespace {

constexpr std::size_t longest_tag = std::size_t{64} * 1024; // octets; beyond that a quotation mark was forgotten

// Elements of which nothing is read, those that stand in lines of their own, and those with an empty line around them.
constexpr std::array<std::string_view, 4> unread{"script", "style", "title", "template"};
constexpr std::array<std::string_view, 24> blocks{"p",  "div", "br", "tr", "table", "ul",      "ol",      "li",
                                                  "h1", "h2",  "h3", "h4", "h5",    "h6",      "hr",      "pre",
                                                  "dl", "dt",  "dd", "th", "form",  "section", "article", "blockquote"};
constexpr std::array<std::string_view, 10> apart{"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "blockquote"};

bool contains(const auto& names, std::string_view name) { return std::ranges::find(names, name) != names.end(); }

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

/// Text that collapses blanks, and remembers the breaks it owes until something follows.
class Page {
public:
    void put(std::string_view characters, bool preformatted)
    {
        for (const char c : characters) {
            if (preformatted && c == '\n') {
                newline(1, true);
            } else if (is_space(c)) {
                blank_ = blank_ || !text_.empty();
                if (preformatted) spaces_ += c == '\t' ? 4 : 1;
            } else {
                settle();
                text_ += c;
            }
        }
    }

    /// So many line ends before the next text; `add` counts them up to an empty line.
    void newline(std::size_t lines, bool add = false)
    {
        lines_ = std::min<std::size_t>(2, add ? lines_ + lines : std::max(lines_, lines));
        blank_ = false;
        spaces_ = 0;
    }

    std::size_t size() const { return text_.size(); }
    std::string_view since(std::size_t start) const { return std::string_view{text_}.substr(start); }
    std::string take() { return text_.empty() ? std::string{} : std::move(text_) + '\n'; }

private:
    void settle()
    {
        if (!text_.empty()) text_.append(lines_, '\n');
        const bool at_start = lines_ > 0 || text_.empty();
        if (spaces_ > 0) {
            text_.append(spaces_, ' ');
        } else if (blank_ && !at_start) {
            text_ += ' ';
        }
        lines_ = spaces_ = 0;
        blank_ = false;
    }

    std::string text_;
    std::size_t lines_ = 0, spaces_ = 0;
    bool blank_ = false;
};

struct Tag {
    std::string name; // lower case
    bool closing = false;
    std::string_view attributes;
};

Tag parse_tag(std::string_view inside)
{
    Tag tag;
    tag.closing = inside.starts_with('/');
    if (tag.closing) inside.remove_prefix(1);
    const std::size_t end = std::min(inside.find_first_of(" \t\r\n\f/"), inside.size());
    tag.name = base::to_lower(inside.substr(0, end));
    tag.attributes = inside.substr(end);
    return tag;
}

/// The value of href, entities resolved; empty where there is none.
std::string href_of(std::string_view attributes)
{
    const std::string lower = base::to_lower(attributes);
    const std::size_t name = lower.find("href");
    if (name == std::string::npos) return {};
    std::string_view rest = attributes.substr(name + 4);
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n="), rest.size()));
    const bool quoted = rest.starts_with('"') || rest.starts_with('\'');
    rest = quoted ? rest.substr(1, rest.find(rest.front(), 1) - 1) : rest.substr(0, rest.find_first_of(" \t\r\n"));
    std::string value;
    for (std::size_t at = 0; at < rest.size();) {
        const Entity entity = rest[at] == '&' ? read_entity(rest.substr(at)) : Entity{{rest[at]}};
        value += entity.characters;
        at += entity.octets;
    }
    return value;
}

class Stripper {
public:
    explicit Stripper(std::string_view html) : html_{html} {}

    std::string text()
    {
        while (at_ < html_.size()) {
            const char c = html_[at_];
            if (c == '<' && starts_markup()) {
                markup();
            } else if (c == '&') {
                const Entity entity = read_entity(html_.substr(at_));
                put(entity.characters);
                at_ += entity.octets;
            } else {
                const std::size_t end = std::min(html_.find_first_of("<&", at_ + 1), html_.size());
                put(html_.substr(at_, end - at_));
                at_ = end;
            }
        }
        return page_.take();
    }

private:
    void put(std::string_view characters) { page_.put(characters, preformatted_); }

    /// "a < b" is text.
    bool starts_markup() const
    {
        if (at_ + 1 >= html_.size()) return false;
        const char c = html_[at_ + 1];
        return c == '/' || c == '!' || c == '?' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    void markup()
    {
        if (html_.substr(at_).starts_with("<!--")) return skip_past("-->", 4);
        const std::size_t end = end_of_tag();
        if (end == std::string_view::npos) {
            at_ = html_.size();
            return;
        }
        const Tag tag = parse_tag(html_.substr(at_ + 1, end - at_ - 1));
        at_ = end + 1;
        handle(tag);
    }

    void skip_past(std::string_view mark, std::size_t from)
    {
        const std::size_t end = html_.find(mark, at_ + from);
        at_ = end == std::string_view::npos ? html_.size() : end + mark.size();
    }

    /// What stands inside a script looks like markup and is none.
    void skip_to_end_of(const std::string& element)
    {
        const std::string mark = "</" + element;
        const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b; };
        const char* const end = html_.data() + html_.size();
        const char* const found = std::search(html_.data() + at_, end, mark.begin(), mark.end(), same);
        at_ = static_cast<std::size_t>(found - html_.data());
    }

    /// A ">" in quotation marks does not end a tag; where the quotation does not end, it was none.
    std::size_t end_of_tag() const
    {
        char quote = '\0';
        const std::size_t last = std::min(html_.size(), at_ + longest_tag);
        for (std::size_t at = at_; at < last; ++at) {
            const char c = html_[at];
            if (quote == '\0' && c == '>') return at;
            if (quote == '\0' && (c == '"' || c == '\'')) {
                quote = c;
            } else if (c == quote) {
                quote = '\0';
            }
        }
        return html_.find('>', at_);
    }

    void handle(const Tag& tag)
    {
        if (!tag.closing && contains(unread, tag.name)) return skip_to_end_of(tag.name);
        if (tag.name == "a") return link(tag);
        if (tag.name == "td") return put(" ");
        if (tag.name == "br") return page_.newline(1, true);
        if (tag.name == "pre") preformatted_ = !tag.closing;
        if (contains(blocks, tag.name)) page_.newline(contains(apart, tag.name) ? 2 : 1);
        if (tag.name == "li" && !tag.closing) put("* ");
    }

    /// A link shows where it leads, unless its text says so already: the place to look before believing it.
    void link(const Tag& tag)
    {
        if (!tag.closing) {
            href_ = href_of(tag.attributes);
            link_start_ = page_.size();
            return;
        }
        const bool worth_it =
            base::starts_with_ignoring_case(href_, "http") || base::starts_with_ignoring_case(href_, "mailto:");
        const std::string_view shown = base::trim(page_.since(std::min(link_start_, page_.size())));
        if (worth_it && shown.find(href_) == std::string_view::npos && href_ != "mailto:" + std::string{shown}) {
            put(" <" + href_ + ">");
        }
        href_.clear();
    }

    const std::string_view html_;
    std::size_t at_ = 0;
    Page page_;
    bool preformatted_ = false;
    std::string href_;
    std::size_t link_start_ = 0;
};

}

std::string text_of_html(std::string_view html) { return Stripper{html}.text(); }

}
