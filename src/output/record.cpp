#include <popfetch/output/record.hpp>

#include <algorithm>

namespace popfetch::output {

Value::Value(Record record) : data_{std::make_shared<const Record>(std::move(record))} {}

Record& Record::set(std::string_view name, Value value)
{
    const auto field = std::ranges::find(fields_, name, &Field::first);
    if (field != fields_.end()) {
        field->second = std::move(value);
    } else {
        fields_.emplace_back(name, std::move(value));
    }
    return *this;
}

const Value* Record::find(std::string_view name) const
{
    const auto field = std::ranges::find(fields_, name, &Field::first);
    return field == fields_.end() ? nullptr : &field->second;
}

}
