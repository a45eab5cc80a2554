// One document: what is common to all first, then one item a line, so that a person and a diff can read it too.
// Nothing is written before finish(): a command that fails half-way leaves its error as the only object on stdout.

#include <popfetch/output/format.hpp>

#include "formats.hpp"
#include "json.hpp"

namespace popfetch::output {

namespace {

class JsonDocument final : public Writer {
public:
    JsonDocument(const Shape& shape, base::ByteSink& sink) : shape_{shape}, sink_{sink} {}

    void item(const Record& record) override
    {
        items_ += items_.empty() ? "\n    " : ",\n    ";
        items_ += to_text(to_object(record));
    }

    void finish(const Record& tail, std::string_view /*summary*/) override
    {
        std::string text = "{";
        add_members(text, to_document(shape_.head));
        text += ",\n  " + to_text(shape_.items) + ": [" + items_ + (items_.empty() ? "]" : "\n  ]");
        text += tail.fields().empty() ? "" : ",";
        add_members(text, to_object(tail));
        text += "\n}\n";
        sink_.write(text);
    }

private:
    static void add_members(std::string& text, const nlohmann::ordered_json& object)
    {
        std::string_view separator;
        for (const auto& [name, value] : object.items()) {
            text.append(separator).append("\n  ").append(to_text(name)).append(": ").append(to_text(value));
            separator = ",";
        }
    }

    const Shape shape_;
    base::ByteSink& sink_;
    std::string items_;
};

}

std::unique_ptr<Writer> open_json(const Shape& shape, const Terminal& /*terminal*/, base::ByteSink& sink)
{
    return std::make_unique<JsonDocument>(shape, sink);
}

}
