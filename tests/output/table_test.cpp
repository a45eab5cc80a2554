#include <popfetch/base/printable.hpp>
#include <popfetch/output/format.hpp>

#include "support/catch.hpp"

using popfetch::base::StringSink;
using popfetch::output::Column;
using popfetch::output::columns_of;
using popfetch::output::Kind;
using popfetch::output::Octets;
using popfetch::output::Record;
using popfetch::output::Terminal;
using popfetch::output::Value;
using enum popfetch::output::Column::Align;

namespace {

std::string table(std::vector<Column> columns, const std::vector<Record>& rows, Terminal terminal = {80, false, {}},
                  std::string_view summary = {})
{
    StringSink sink;
    const auto writer = popfetch::output::open(Kind::table, {"rows", {}, std::move(columns)}, terminal, sink);
    for (const Record& row : rows) writer->item(row);
    writer->finish({}, summary);
    return sink.text;
}

std::string cell(Value value) { return table({{"a", "", left, false, 0}}, {{{"a", std::move(value)}}}); }

}

TEST_CASE("columns are as wide as their longest cell and lines end without blanks")
{
    CHECK(table({{"n", "NO", right, false, 0}, {"t", "TEXT", left, false, 0}, {"s", "S", left, false, 0}},
                {{{"n", 7u}, {"t", "ab"}, {"s", "x"}}, {{"n", 1'234u}, {"t", "abcdef"}, {"s", ""}}}) ==
          "  NO  TEXT    S\n   7  ab      x\n1234  abcdef\n");
}

TEST_CASE("without titles there is no line of titles")
{
    CHECK(table({{"a", "", left, false, 0}, {"b", "", left, false, 0}}, {{{"a", "x"}, {"b", "y"}}}) == "x  y\n");
}

TEST_CASE("a value that is missing leaves its place empty")
{
    CHECK(table({{"a", "A", left, false, 0}, {"b", "B", left, false, 0}},
                {{{"b", "y"}}, {{"a", Value{}}, {"b", "z"}}}) == "A  B\n   y\n   z\n");
}

TEST_CASE("each kind of value has its form in a table")
{
    CHECK(cell(true) == "yes\n");
    CHECK(cell(false) == "no\n");
    CHECK(cell(-5) == "-5\n");
    CHECK(cell(0.25) == "0.25\n");
    CHECK(cell(1e9 / 3) == "3.33333e+08\n");
    CHECK(cell(Octets{3'481}) == "3.4K\n");
    CHECK(cell(Value::List{"a", "", 2u}) == "a, 2\n");
    CHECK(cell(Record{{"name", "Alice"}, {"address", "a@example.org"}}) == "Alice\n");
    CHECK(cell(Record{{"name", ""}, {"address", "a@example.org"}}) == "a@example.org\n");
    CHECK(cell(Record{}) == "\n");
}

TEST_CASE("wide and combining characters are counted as the terminal shows them")
{
    CHECK(table({{"a", "", left, false, 0}, {"b", "", left, false, 0}},
                {{{"a", "大阪"}, {"b", "x"}}, {{"a", "abcd"}, {"b", "x"}}, {{"a", "e\u0301e\u0301ab"}, {"b", "x"}}}) ==
          "大阪  x\nabcd  x\ne\u0301e\u0301ab  x\n");
}

TEST_CASE("one column gives way when the terminal is narrow")
{
    const std::vector<Column> columns{{"a", "", left, false, 0}, {"b", "", left, true, 0}, {"c", "", left, false, 0}};
    const std::vector<Record> rows{{{"a", "0123456789"}, {"b", "abcdefghijklmnopqrstuvwxyz"}, {"c", "end"}}};
    CHECK(table(columns, rows, {33, false, {}}) == "0123456789  abcdefghijklmno…  end\n");
    CHECK(table(columns, rows, {43, false, {}}) == "0123456789  abcdefghijklmnopqrstuvwxyz  end\n");
    CHECK(table(columns, rows, {0, false, {}}) == "0123456789  abcdefghijklmnopqrstuvwxyz  end\n");
    // Never so narrow that it says nothing.
    CHECK(table(columns, rows, {5, false, {}}) == "0123456789  abcdefghijk…  end\n");
}

TEST_CASE("where that is not enough the columns with a limit give way")
{
    const std::vector<Column> columns{{"a", "", left, false, 20}, {"b", "", left, true, 0}};
    const std::vector<Record> rows{{{"a", "0123456789abcdef"}, {"b", "abcdefghijklmnopqrstuvwxyz"}}};
    CHECK(table(columns, rows, {28, false, {}}) == "0123456789abc…  abcdefghijk…\n");
    CHECK(table(columns, rows, {9, false, {}}) == "0123456…  abcdefghijk…\n");
}

TEST_CASE("a column keeps to its limit on every terminal")
{
    CHECK(table({{"a", "", left, false, 5}}, {{{"a", "abcdefgh"}}}, {0, false, {}}) == "abcd…\n");
}

TEST_CASE("O01 O02 O03 no cell and no summary reaches the terminal raw")
{
    CHECK(cell("\x1b]52;c;AAAA\a\r\n\u009b\u202e\xff") == "\\x1b]52;c;AAAA\\x07\\x0d\\x0a\\u{9b}\\u{202e}\\xff\n");
    CHECK(cell(Value::List{"\x1b"}) == "\\x1b\n");
    CHECK(cell(Record{{"name", "\x9b"}}) == "\\x9b\n");
    CHECK(table({}, {}, {80, false, {}}, "a\nb\x1b") == "a\\x0ab\\x1b\n");
}

TEST_CASE("O08 a cell of 1 MiB is cut with a mark even where nothing else is cut")
{
    const auto text = cell(std::string(1U << 20U, 'x'));
    CHECK(text.size() < 1'100);
    CHECK(text.ends_with("x…\n"));
    const auto list = table({{"a", "", left, false, 0}}, {{{"a", Value::List(100'000, "some text")}}}, {0, false, {}});
    CHECK(list.size() < 1'100);
    CHECK(list.ends_with("…\n"));
}

TEST_CASE("states are coloured and nothing else")
{
    const std::vector<Column> columns{{"state", "STATE", left, false, 0}, {"b", "B", left, false, 0}};
    const std::vector<Record> rows{{{"state", "new"}, {"b", "new"}}, {{"state", "failed"}}, {{"state", "fetched"}}};
    CHECK(table(columns, rows, {80, true, {}}) ==
          "STATE    B\n\x1b[32mnew\x1b[0m      new\n\x1b[31mfailed\x1b[0m\nfetched\n");
    CHECK(table(columns, rows, {80, false, {}}).find('\x1b') == std::string::npos);
}
