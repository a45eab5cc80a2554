#include "selection.hpp"

#include <algorithm>

#include <popfetch/base/number.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/base/units.hpp>

namespace popfetch::cli {

namespace {

base::Error no_msg(const std::string& word)
{
    return base::Error{base::ExitStatus::usage, "usage.message", "\"" + base::printable(word) + "\" names no message",
                       "write a number (7), a range (3-9, 5-), uid:UID, last, or all"};
}

base::Error missing(const std::string& what)
{
    return base::Error{base::ExitStatus::unavailable, "message.missing", "there is no message " + base::printable(what),
                       "popfetch list shows what is there"};
}

struct Range {
    std::uint32_t first, last;
};

// "7", "3-9", "5-"
Range range_of(const std::string& word)
{
    const auto dash = word.find('-');
    const auto first = base::parse_number<std::uint32_t>(word.substr(0, dash), 1);
    if (!first) throw no_msg(word);
    if (dash == std::string::npos) return {*first, *first};
    const auto rest = word.substr(dash + 1);
    const auto last = rest.empty() ? std::optional{UINT32_MAX} : base::parse_number<std::uint32_t>(rest, *first);
    if (!last) throw no_msg(word);
    return {*first, *last};
}

bool is_a_name(const std::string& word) { return word == "all" || word == "last" || word.starts_with("uid:"); }

// Marks the rows a word means.
class Marking {
public:
    explicit Marking(const std::vector<Row>& rows) : rows_{rows}, marked_(rows.size(), false) {}

    void mark(const std::string& word)
    {
        if (word == "all") return mark_if(word, false, [](const Row&) { return true; });
        if (word == "last") return mark_last();
        if (word.starts_with("uid:"))
            return mark_if(word, true,
                           [uid = std::string_view{word}.substr(4)](const Row& row) { return row.message.uid == uid; });
        mark_numbers(word);
    }

    std::vector<const Row*> chosen() const
    {
        std::vector<const Row*> result;
        for (std::size_t i = 0; i < rows_.size(); ++i)
            if (marked_[i]) result.push_back(&rows_[i]);
        return result;
    }

private:
    template<class Means>
    void mark_if(const std::string& word, bool must_exist, Means means)
    {
        bool any = false;
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            if (!means(rows_[i])) continue;
            marked_[i] = true;
            any = true;
        }
        if (must_exist && !any) throw missing(word);
    }

    void mark_last()
    {
        if (rows_.empty()) throw missing("at all: the mailbox is empty");
        marked_.back() = true;
    }

    void mark_numbers(const std::string& word)
    {
        const auto range = range_of(word);
        mark_if(word, range.first == range.last,
                [&](const Row& row) { return row.message.number >= range.first && row.message.number <= range.last; });
    }

    const std::vector<Row>& rows_;
    std::vector<bool> marked_;
};

}

void refuse_nonsense(const Selection& selection)
{
    for (const auto& word : selection.words)
        if (!is_a_name(word)) range_of(word);
}

Selected selected(Mailbox& mailbox, const Selection& selection)
{
    std::vector<Where> conditions;
    for (const auto& text : selection.where) conditions.emplace_back(text);
    if (std::ranges::any_of(conditions, &Where::needs_headers)) mailbox.read_headers();

    Marking marking{mailbox.rows()};
    for (const auto& word : selection.words) marking.mark(word);
    if (selection.words.empty()) marking.mark("all");
    const auto now = base::wall_clock();
    Selected result;
    for (const auto* row : marking.chosen()) {
        const auto verdict = judge(conditions, *row, now);
        if (verdict == Where::Verdict::yes) result.rows.push_back(row);
        if (verdict == Where::Verdict::open) result.open.push_back(row);
    }
    return result;
}

std::optional<base::Error> unread_headers(const std::vector<const Row*>& open)
{
    if (open.empty()) return std::nullopt;
    const auto& first = *open.front();
    auto text = "message " + std::to_string(first.message.number);
    if (open.size() > 1) text += " and " + base::format_count(open.size() - 1) + " more";
    text += ": --where cannot tell, since the header could not be read (" + first.unread + "); left alone";
    return base::Error{base::ExitStatus::temporary, "server.header", text};
}

}
