// Any text in every format: tables, JSON, progress, the error of an OAuth server. Parts of the input, 0x1C between
// them. The first octet is the width of the terminal.

#include <nlohmann/json.hpp>

#include <popfetch/output/format.hpp>
#include <popfetch/output/oauth_error.hpp>
#include <popfetch/output/progress.hpp>

#include "target.hpp"

using namespace popfetch;

namespace {

output::Record record_of(fuzz::Input input)
{
    output::Record record{{"number", 1}};
    record.set("uid", input.up_to('\x1c')).set("subject", input.up_to('\x1c'));
    output::Value::List list;
    while (!input.empty()) list.emplace_back(input.up_to('\x1c'));
    list.emplace_back(output::Record{{"name", input.rest()}, {"size", output::Octets{7}}});
    return record.set("list", std::move(list));
}

std::string written(output::Kind kind, const output::Record& record, unsigned width)
{
    base::StringSink sink;
    const output::Shape shape{"messages",
                              {{"account", "work"}},
                              {{"number", "NO"},
                               {"list", "LIST"},
                               {"uid", "UID", output::Column::Align::right, false, 20},
                               {"subject", "SUBJECT", output::Column::Align::left, true, 0}}};
    const auto writer = output::open(kind, shape, {width, false, {}}, sink);
    writer->item(record);
    writer->item(record);
    writer->finish({{"count", 2}}, "two");
    return sink.text;
}

void check_width(std::string_view text, unsigned width)
{
    fuzz::require(output::columns_of(output::cut_to(text, width)) <= width, "what is cut fits");
    const auto line = output::progress_line(base::printable(text), 10, 3, 7, 1000, 9000, 12.5, width);
    fuzz::require(base::is_valid_utf8(line), "progress is UTF-8");
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::Input input{data, size};
    const unsigned width = input.octet();
    const auto record = record_of(input);
    for (const auto kind : {output::Kind::table, output::Kind::json, output::Kind::ndjson}) {
        const auto text = written(kind, record, width);
        fuzz::require(fuzz::is_for_terminals(text), "what is written is printable");
        if (kind == output::Kind::json)
            fuzz::require(nlohmann::json::parse(text)["messages"].size() == 2, "JSON can be read");
        if (kind == output::Kind::ndjson)
            fuzz::require(nlohmann::json::parse(text.substr(0, text.find('\n'))).is_object(), "each line can be read");
    }
    check_width(base::printable(input.rest(), 1000), width);
    const auto told = output::describe_oauth_error(input.rest());
    fuzz::require(fuzz::is_for_terminals(told) && told.find('\n') == std::string::npos, "an OAuth error is one line");
    return 0;
}
