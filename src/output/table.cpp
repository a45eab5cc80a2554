// Aligned columns for people: two blanks between them, no boxes. Rows are kept until finish(), when the widths are
// known.

#include <algorithm>
#include <charconv>

#include <popfetch/base/printable.hpp>
#include <popfetch/base/units.hpp>
#include <popfetch/output/format.hpp>

#include "formats.hpp"

namespace popfetch::output {

namespace {

constexpr std::string_view gap = "  ";
constexpr std::size_t longest_cell = 1000;    // octets: a listing is not the place for a Subject of 1 MiB (FAULTS O08)
constexpr std::size_t longest_summary = 4000; // octets
constexpr std::size_t narrowest_rest = 12;    // columns: below that a cut text says nothing, and the line may wrap
constexpr std::size_t narrowest_limited = 8;  // columns: the same for those that have a limit anyway

/// A value as people read it.
struct ToCell {
    base::WallTime now;

    std::string operator()(std::monostate) const { return {}; }
    std::string operator()(bool value) const { return value ? "yes" : "no"; }
    std::string operator()(std::uint64_t value) const { return std::to_string(value); }
    std::string operator()(std::int64_t value) const { return std::to_string(value); }
    std::string operator()(Octets value) const { return base::format_size(value.count); }
    std::string operator()(base::WallTime value) const { return base::to_local(value, now); }
    std::string operator()(const std::string& text) const { return base::printable(text, longest_cell); }

    std::string operator()(double value) const
    {
        char text[32];
        char* const end = std::to_chars(text, text + sizeof text, value, std::chars_format::general, 6).ptr;
        return {text, end};
    }

    std::string operator()(const Value::List& list) const
    {
        std::string text;
        for (const Value& value : list) {
            if (text.size() > longest_cell) break;
            const std::string entry = std::visit(*this, value.data());
            text += (text.empty() || entry.empty() ? "" : ", ") + entry;
        }
        return base::printable(text, longest_cell);
    }

    /// The first field that says something: of an address the name, or where it has none the address.
    std::string operator()(const std::shared_ptr<const Record>& record) const
    {
        for (const auto& [name, value] : record->fields()) {
            std::string text = std::visit(*this, value.data());
            if (!text.empty()) return text;
        }
        return {};
    }
};

/// State and error colours only (SCREENS).
Paint paint_of(const Column& column, std::string_view cell)
{
    if (column.field != "state") return Paint::plain;
    if (cell == "new") return Paint::good;
    if (cell == "failed") return Paint::bad;
    return Paint::plain;
}

class Table final : public Writer {
public:
    Table(const Shape& shape, const Terminal& terminal, base::ByteSink& sink)
        : columns_{shape.columns}, terminal_{terminal}, sink_{sink}
    {
    }

    void item(const Record& record) override
    {
        Row row;
        for (const Column& column : columns_) {
            const Value* value = record.find(column.field);
            row.push_back(value == nullptr ? std::string{} : std::visit(ToCell{terminal_.now}, value->data()));
        }
        rows_.push_back(std::move(row));
    }

    void finish(const Record& /*tail*/, std::string_view summary) override
    {
        const auto widths = fitted(natural_widths());
        std::string text;
        if (!rows_.empty() && has_titles()) text += line(titles(), widths, false);
        for (const Row& row : rows_) text += line(row, widths, terminal_.color);
        if (!summary.empty()) text += base::printable(summary, longest_summary) + '\n';
        sink_.write(text);
    }

private:
    using Row = std::vector<std::string>;
    using Widths = std::vector<std::size_t>;

    bool has_titles() const
    {
        return std::ranges::any_of(columns_, [](const Column& column) { return !column.title.empty(); });
    }

    Row titles() const
    {
        Row row;
        for (const Column& column : columns_) row.push_back(column.title);
        return row;
    }

    Widths natural_widths() const
    {
        Widths widths;
        for (std::size_t at = 0; at < columns_.size(); ++at) {
            std::size_t width = columns_of(columns_[at].title);
            for (const Row& row : rows_) width = std::max(width, columns_of(row[at]));
            widths.push_back(columns_[at].most == 0 ? width : std::min<std::size_t>(width, columns_[at].most));
        }
        return widths;
    }

    // The column that takes the rest gives way first, then those that were never to be wider than so much.
    Widths fitted(Widths widths) const
    {
        if (terminal_.width == 0) return widths;
        std::size_t total = gap.size() * (columns_.empty() ? 0 : columns_.size() - 1);
        for (const std::size_t width : widths) total += width;
        std::size_t too_many = total - std::min<std::size_t>(total, terminal_.width);
        for (std::size_t at = 0; at < columns_.size(); ++at)
            if (columns_[at].takes_the_rest) shrink(widths[at], narrowest_rest, too_many);
        for (std::size_t at = 0; at < columns_.size(); ++at)
            if (columns_[at].most > 0) shrink(widths[at], narrowest_limited, too_many);
        return widths;
    }

    static void shrink(std::size_t& width, std::size_t least, std::size_t& too_many)
    {
        const auto less = std::min(too_many, width - std::min(width, least));
        width -= less;
        too_many -= less;
    }

    std::string line(const Row& row, const Widths& widths, bool color) const
    {
        std::string text;
        std::size_t owed = 0; // blanks that are written only if something follows
        for (std::size_t at = 0; at < row.size(); ++at) {
            const std::string cell = cut_to(row[at], widths[at]);
            const std::size_t blanks = widths[at] - columns_of(cell);
            if (columns_[at].align == Column::Align::right) owed += blanks;
            if (!cell.empty())
                text.append(std::exchange(owed, 0), ' ').append(painted(cell, paint_of(columns_[at], cell), color));
            owed += gap.size() + (columns_[at].align == Column::Align::left ? blanks : 0);
        }
        return text + '\n';
    }

    const std::vector<Column> columns_;
    const Terminal terminal_;
    base::ByteSink& sink_;
    std::vector<Row> rows_;
};

}

std::unique_ptr<Writer> open_table(const Shape& shape, const Terminal& terminal, base::ByteSink& sink)
{
    return std::make_unique<Table>(shape, terminal, sink);
}

}
