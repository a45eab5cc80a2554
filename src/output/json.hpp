#pragma once
// Records as JSON text: the one place that knows how a value is written (INTERFACE: JSON), for json and ndjson.
//
// The text is valid UTF-8 whatever the fields hold, and safe for a terminal too: what printable() would not print is
// written as \uXXXX, which means the same to every JSON parser.

#include <string>

#include <nlohmann/json.hpp>

#include <popfetch/output/record.hpp>

namespace popfetch::output {

/// The fields in their order. Beside text that was not UTF-8 stands NAME_raw, its octets in base64; beside a list that
/// holds such a text, a list of all its texts in base64.
nlohmann::ordered_json to_object(const Record& record);
/// The same with "schema" in front, as every document, line and event has it.
nlohmann::ordered_json to_document(const Record& record);

/// Without a newline at the end. `indent` as nlohmann::json has it: -1 is one line.
std::string to_text(const nlohmann::ordered_json& json, int indent = -1);

}
