#pragma once
// What commands produce and formats print: named values in order. A command builds records and never thinks of JSON or
// columns; a format prints records and never thinks of commands.

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <popfetch/base/time.hpp>

namespace popfetch::output {

class Record;

/// A size in octets, so that people see 3.4K and scripts 3481.
struct Octets {
    std::uint64_t count = 0;
};

class Value {
public:
    using List = std::vector<Value>;

    Value() = default; // null
    Value(bool value) : data_{value} {}
    Value(std::uint64_t value) : data_{value} {}
    Value(unsigned value) : data_{std::uint64_t{value}} {}
    Value(int value) : data_{std::int64_t{value}} {}
    Value(std::int64_t value) : data_{value} {}
    Value(double value) : data_{value} {}
    Value(Octets value) : data_{value} {}
    Value(base::WallTime value) : data_{value} {}       // RFC 3339 in JSON, local time in a table
    Value(std::string text) : data_{std::move(text)} {} // foreign or ours; formats make it safe for their medium
    Value(std::string_view text) : data_{std::string{text}} {}
    Value(const char* text) : data_{std::string{text}} {}
    Value(List list) : data_{std::move(list)} {}
    Value(Record record);

    using Data = std::variant<std::monostate, bool, std::uint64_t, std::int64_t, double, Octets, base::WallTime,
                              std::string, List, std::shared_ptr<const Record>>; // the last is never null
    const Data& data() const { return data_; }
    bool is_null() const { return std::holds_alternative<std::monostate>(data_); }

private:
    Data data_;
};

class Record {
public:
    using Field = std::pair<std::string, Value>;

    Record() = default;
    Record(std::initializer_list<Field> fields) : fields_{fields} {}
    /// Adds or replaces. Text that is not valid UTF-8 is printed as valid UTF-8, with NAME_raw in base64 beside it.
    Record& set(std::string_view name, Value value);
    const Value* find(std::string_view name) const;
    const std::vector<Field>& fields() const { return fields_; }

private:
    std::vector<Field> fields_;
};

}
