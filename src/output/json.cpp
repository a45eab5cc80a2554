#include "json.hpp"

#include <optional>

#include <popfetch/base/base64.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/output/format.hpp>

namespace popfetch::output {

namespace {

using Json = nlohmann::ordered_json;

constexpr unsigned schema_version = 1;

struct ToJson {
    Json operator()(std::monostate) const { return nullptr; }
    Json operator()(bool value) const { return value; }
    Json operator()(std::uint64_t value) const { return value; }
    Json operator()(std::int64_t value) const { return value; }
    Json operator()(double value) const { return value; }
    Json operator()(Octets value) const { return value.count; }
    Json operator()(base::WallTime value) const { return base::to_rfc3339(value); }
    Json operator()(const std::string& text) const { return base::valid_utf8(text); }
    Json operator()(const std::shared_ptr<const Record>& record) const { return to_object(*record); }
    Json operator()(const Value::List& list) const
    {
        Json array = Json::array();
        for (const Value& value : list) array.push_back(std::visit(*this, value.data()));
        return array;
    }
};

/// The octets that UTF-8 could not show; nothing where all could be shown.
std::optional<Json> originals(const Value& value)
{
    if (const auto* text = std::get_if<std::string>(&value.data())) {
        if (base::is_valid_utf8(*text)) return std::nullopt;
        return Json(base::to_base64(*text));
    }
    const auto* list = std::get_if<Value::List>(&value.data());
    if (list == nullptr) return std::nullopt;
    Json array = Json::array();
    bool needed = false;
    for (const Value& entry : *list) {
        const auto* text = std::get_if<std::string>(&entry.data());
        needed = needed || (text != nullptr && !base::is_valid_utf8(*text));
        array.push_back(text == nullptr ? Json() : Json(base::to_base64(*text)));
    }
    return needed ? std::optional{array} : std::nullopt;
}

void add_fields(Json& object, const Record& record)
{
    for (const auto& [name, value] : record.fields()) {
        object[name] = std::visit(ToJson{}, value.data());
        auto raw = originals(value);
        if (raw && record.find(name + "_raw") == nullptr) object[name + "_raw"] = std::move(*raw);
    }
}

std::string unit_escape(char32_t unit)
{
    const std::string bytes{static_cast<char>(unit >> 8U), static_cast<char>(unit & 0xFFU)};
    return "\\u" + base::to_hex(bytes);
}

/// As UTF-16, which is what JSON escapes are (RFC 8259 §7).
std::string escaped(char32_t character)
{
    if (character <= 0xFFFF) return unit_escape(character);
    const char32_t offset = character - 0x10000;
    return unit_escape(0xD800 + (offset >> 10U)) + unit_escape(0xDC00 + (offset & 0x3FFU));
}

/// nlohmann escapes C0 only; DEL, C1, bidirectional controls and their like would reach a terminal (FAULTS O01, O02).
/// They can stand only inside strings: the structure of JSON is plain ASCII.
std::string with_controls_escaped(const std::string& json)
{
    const auto harmless = [](char c) { return c >= 0 && c != '\x7f'; };
    std::string out;
    out.reserve(json.size());
    for (std::size_t at = 0; at < json.size();) {
        if (harmless(json[at])) {
            out += json[at++];
            continue;
        }
        const std::size_t start = at;
        const char32_t character = base::next_code_point(json, at);
        const auto bytes = std::string_view{json}.substr(start, at - start);
        if (base::printable(bytes) == bytes) {
            out += bytes;
        } else {
            out += escaped(character);
        }
    }
    return out;
}

}

Json to_object(const Record& record)
{
    Json object = Json::object();
    add_fields(object, record);
    return object;
}

Json to_document(const Record& record)
{
    Json object = Json::object();
    object["schema"] = schema_version;
    add_fields(object, record);
    return object;
}

std::string to_text(const Json& json, int indent)
{
    return with_controls_escaped(json.dump(indent, ' ', false, Json::error_handler_t::replace));
}

std::string to_json_line(const Record& record) { return to_text(to_document(record)) + '\n'; }

std::string to_json(const Record& record) { return to_text(to_document(record), 2) + '\n'; }

}
