#include "where.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/number.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/base/suggestion.hpp>
#include <popfetch/base/units.hpp>

namespace popfetch::cli {

namespace {

using Field = Where::Field;
using Operator = Where::Operator;
using Term = Where::Term;

struct FieldName {
    std::string_view word;
    Field field;
};
constexpr std::array fields{
    FieldName{"number", Field::number},   FieldName{"size", Field::size},   FieldName{"uid", Field::uid},
    FieldName{"state", Field::state},     FieldName{"from", Field::from},   FieldName{"to", Field::to},
    FieldName{"subject", Field::subject}, FieldName{"older", Field::older}, FieldName{"newer", Field::newer},
};

struct OperatorSign {
    std::string_view sign;
    Operator op;
};
constexpr std::array operators{
    // the longer sign first
    OperatorSign{"<=", Operator::at_most}, OperatorSign{">=", Operator::at_least},
    OperatorSign{"!=", Operator::unequal}, OperatorSign{"<", Operator::less},
    OperatorSign{">", Operator::more},     OperatorSign{"=", Operator::equal},
    OperatorSign{"~", Operator::contains},
};

base::Error complaint(const std::string& what, const std::string& advice = "man popfetch, \"Selecting messages\"")
{
    return base::Error{base::ExitStatus::usage, "usage.where", "--where: " + what, advice};
}

// Words of the text; double quotes keep blanks together.
std::vector<std::string> words_of(std::string_view text)
{
    std::vector<std::string> words;
    std::string word;
    bool quoted = false, any = false;
    for (const char c : text) {
        if (c == '"') {
            quoted = !quoted;
            any = true;
        } else if ((c == ' ' || c == '\t') && !quoted) {
            if (any || !word.empty()) words.push_back(std::exchange(word, {}));
            any = false;
        } else {
            word += c;
        }
    }
    if (quoted) throw complaint("a double quote is not closed");
    if (any || !word.empty()) words.push_back(word);
    return words;
}

Field field_named(const std::string& word)
{
    const auto* const found = std::ranges::find(fields, base::to_lower(word), &FieldName::word);
    if (found != fields.end()) return found->field;
    std::vector<std::string_view> names;
    names.reserve(fields.size());
    for (const auto& field : fields) names.push_back(field.word);
    const auto near = base::nearest(word, names);
    throw complaint("there is no field \"" + base::printable(word) + "\"",
                    near.empty() ? "fields: number size uid state from to subject older newer"
                                 : "did you mean \"" + near + "\"?");
}

std::uint64_t number_for(Field field, const std::string& text)
{
    std::optional<std::uint64_t> value;
    if (field == Field::number) value = base::parse_number<std::uint64_t>(text);
    if (field == Field::size) value = base::parse_size(text);
    if (field == Field::older || field == Field::newer)
        if (const auto age = base::parse_duration(text)) value = static_cast<std::uint64_t>(age->count());
    if (value) return *value;
    const auto said = "\"" + base::printable(text) + "\" is no ";
    if (field == Field::number) throw complaint(said + "number");
    if (field == Field::size) throw complaint(said + "size", "write it as 300K, 50M or 1G");
    throw complaint(said + "age", "write it as 12h, 30d or 8w");
}

void refuse_unknown_state(const std::string& text)
{
    constexpr std::array<std::string_view, 3> states{"new", "fetched", "failed"};
    if (std::ranges::find(states, text) != states.end()) return;
    const auto near = base::nearest(text, states);
    throw complaint("there is no state \"" + base::printable(text) + "\"",
                    near.empty() ? "states: new fetched failed" : "did you mean \"" + near + "\"?");
}

bool is_text(Field field)
{
    return field == Field::uid || field == Field::state || field == Field::from || field == Field::to ||
           field == Field::subject;
}

Term parse_term(const std::string& word)
{
    const auto at = word.find_first_of("<>=!~");
    if (at == std::string::npos || at == 0)
        throw complaint("\"" + base::printable(word) + "\" is no term",
                        "a term has a field, a sign and a value: size>1M, from~example.org");
    Term term;
    term.field = field_named(word.substr(0, at));
    const auto* const sign = std::ranges::find_if(
        operators, [&](const OperatorSign& o) { return word.compare(at, o.sign.size(), o.sign) == 0; });
    if (sign == operators.end()) throw complaint("\"" + base::printable(word) + "\" has no operator");
    term.op = sign->op;
    const auto value = word.substr(at + sign->sign.size());
    term.text = base::to_lower(value);
    const bool ordering = term.op != Operator::equal && term.op != Operator::unequal && term.op != Operator::contains;
    if (is_text(term.field) && ordering)
        throw complaint("\"" + base::printable(word) + "\": text can only be compared with = != ~");
    if (term.field == Field::state && term.op != Operator::contains) refuse_unknown_state(term.text);
    if (!is_text(term.field)) {
        if (term.op == Operator::contains) throw complaint("\"" + base::printable(word) + "\": ~ is for text");
        term.number = number_for(term.field, value);
    }
    return term;
}

bool compares(std::uint64_t value, const Term& term)
{
    switch (term.op) {
    case Operator::less: return value < term.number;
    case Operator::at_most: return value <= term.number;
    case Operator::equal: return value == term.number;
    case Operator::unequal: return value != term.number;
    case Operator::at_least: return value >= term.number;
    case Operator::more: return value > term.number;
    case Operator::contains: return false;
    }
    return false;
}

bool compares(std::string_view value, const Term& term)
{
    const auto lower = base::to_lower(value);
    if (term.op == Operator::contains) return lower.find(term.text) != std::string::npos;
    return (lower == term.text) == (term.op == Operator::equal);
}

bool compares(const std::vector<mail::Address>& addresses, const Term& term)
{
    const auto one = [&](const mail::Address& a) { return compares(a.name, term) || compares(a.address, term); };
    if (term.op != Operator::unequal) return std::ranges::any_of(addresses, one);
    return std::ranges::all_of(
        addresses, [&](const mail::Address& a) { return compares(a.name, term) && compares(a.address, term); });
}

bool has_age(const Row& row, const Term& term, base::WallTime now)
{
    if (!row.summary || !row.summary->date) return false;
    const auto age = now - *row.summary->date;
    return compares(static_cast<std::uint64_t>(std::max<std::int64_t>(age.count(), 0)), term);
}

bool matches(const Row& row, const Term& term, base::WallTime now)
{
    static const mail::Summary none;
    const auto& summary = row.summary ? *row.summary : none;
    switch (term.field) {
    case Field::number: return compares(row.message.number, term);
    case Field::size: return compares(row.message.size, term);
    case Field::uid: return compares(row.message.uid, term);
    case Field::state: return compares(row.state(), term);
    case Field::from: return compares(summary.from, term);
    case Field::to: return compares(summary.to, term);
    case Field::subject: return compares(summary.subject, term);
    // "newer>2d" would read as its opposite, so newer takes < or any sign as "younger than".
    case Field::older: return has_age(row, term, now);
    case Field::newer: {
        Term younger = term;
        younger.op = Operator::less;
        return has_age(row, younger, now);
    }
    }
    return false;
}

bool is_in_header(Field field)
{
    return field == Field::from || field == Field::to || field == Field::subject || field == Field::older ||
           field == Field::newer;
}

Where::Verdict verdict(const Row& row, const Term& term, base::WallTime now)
{
    if (is_in_header(term.field) && !row.unread.empty()) return Where::Verdict::open;
    return matches(row, term, now) != term.negated ? Where::Verdict::yes : Where::Verdict::no;
}

}

Where::Where(std::string_view text)
{
    any_of_all_.emplace_back();
    bool negated = false, wants_term = true;
    for (const auto& word : words_of(text)) {
        const auto lower = base::to_lower(word);
        if (wants_term && lower == "not") {
            negated = !negated;
        } else if (!wants_term && (lower == "and" || lower == "or")) {
            if (lower == "or") any_of_all_.emplace_back();
            wants_term = true;
        } else {
            auto term = parse_term(word);
            term.negated = std::exchange(negated, false);
            any_of_all_.back().push_back(std::move(term));
            wants_term = false;
        }
    }
    if (wants_term) throw complaint("a term is missing at the end");
}

Where::Verdict Where::judge(const Row& row, base::WallTime now) const
{
    auto any = Verdict::no;
    for (const auto& terms : any_of_all_) {
        auto all = Verdict::yes;
        for (const auto& term : terms) all = std::min(all, verdict(row, term, now));
        any = std::max(any, all);
    }
    return any;
}

Where::Verdict judge(const std::vector<Where>& conditions, const Row& row, base::WallTime now)
{
    auto all = Where::Verdict::yes;
    for (const auto& condition : conditions) all = std::min(all, condition.judge(row, now));
    return all;
}

bool Where::needs_headers() const
{
    return std::ranges::any_of(any_of_all_, [](const std::vector<Term>& all) {
        return std::ranges::any_of(all, [](const Term& term) { return is_in_header(term.field); });
    });
}

}
