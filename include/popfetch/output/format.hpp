#pragma once
// Records out to a stream, in the format the user asked for. A command opens a document, gives items, and closes it.
// Whatever the fields hold, what comes out is valid UTF-8 that a terminal can be trusted with: printable() in tables,
// escapes in JSON. schemas/ describes the JSON.
//
//     auto out = output::open(output::Kind::table, shape, sink);
//     out->item(record) …;
//     out->finish({{"count", 4u}, {"octets", output::Octets{100'763}}});

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <popfetch/base/byte_sink.hpp>
#include <popfetch/output/record.hpp>

namespace popfetch::output {

enum class Kind { table, json, ndjson };

/// A column of the table: which field, what stands above it, how it is set.
struct Column {
    std::string field, title;
    enum class Align { left, right } align = Align::left;
    bool takes_the_rest = false; // the one that is cut when the terminal is narrow
    unsigned most = 0;           // columns at most; 0: as wide as its longest
};

/// What a document looks like in each format.
struct Shape {
    std::string items; // the JSON name of the array: "messages"
    Record head;       // what comes before it in JSON: account, host ("schema" is added by the format)
    std::vector<Column> columns;
};

struct Terminal {
    unsigned width = 80; // columns; 0: not a terminal, never cut
    bool color = false;
    base::WallTime now{}; // for dates as people read them
};

class Writer {
public:
    Writer() = default;
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    virtual ~Writer() = default;
    /// NDJSON writes it at once; table and document are written by finish(), so that a command which fails half-way has
    /// written nothing.
    virtual void item(const Record& record) = 0;
    /// Fields that stand after the items in JSON. `summary` is the table's last line.
    virtual void finish(const Record& tail, std::string_view summary = {}) = 0;
};

/// `sink` must outlive the writer.
std::unique_ptr<Writer> open(Kind kind, const Shape& shape, const Terminal& terminal, base::ByteSink& sink);

/// One object: {"schema":1, …} on one line, ended by a newline.
std::string to_json_line(const Record& record);
/// The same, indented, for a document that is one object.
std::string to_json(const Record& record);

/// How many columns a text takes on a terminal (wide and combining characters counted), and the text cut to that many,
/// with "…".
std::size_t columns_of(std::string_view text);
std::string cut_to(std::string_view text, std::size_t columns);

/// State and error colours only: "new", "failed", …; the text itself when colour is off. Whether it is on (NO_COLOR,
/// --color, a terminal) is the caller's to know.
enum class Paint { plain, good, warning, bad, faint };
std::string painted(std::string_view text, Paint paint, bool color);

}
