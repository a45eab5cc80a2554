#include <popfetch/output/record.hpp>

#include "support/catch.hpp"

using popfetch::output::Octets;
using popfetch::output::Record;
using popfetch::output::Value;

TEST_CASE("a record keeps its fields in the order they were set")
{
    Record record{{"b", 1u}};
    record.set("a", 2u).set("c", 3u);
    REQUIRE(record.fields().size() == 3);
    CHECK(record.fields()[0].first == "b");
    CHECK(record.fields()[1].first == "a");
    CHECK(record.fields()[2].first == "c");
}

TEST_CASE("setting a field again replaces its value and keeps its place")
{
    Record record{{"a", 1u}, {"b", 2u}};
    record.set("a", "new");
    REQUIRE(record.fields().size() == 2);
    CHECK(record.fields()[0].first == "a");
    CHECK(std::get<std::string>(record.find("a")->data()) == "new");
}

TEST_CASE("a field that is not there is not found")
{
    const Record record{{"a", 1u}};
    CHECK(record.find("b") == nullptr);
    CHECK(record.find("a") != nullptr);
}

TEST_CASE("a value holds a whole record")
{
    const Value value{Record{{"name", "Alice"}, {"address", "alice@example.org"}}};
    const auto& record = std::get<std::shared_ptr<const Record>>(value.data());
    REQUIRE(record);
    CHECK(record->find("address") != nullptr);
}

TEST_CASE("a value that was not given is null")
{
    CHECK(Value{}.is_null());
    CHECK_FALSE(Value{""}.is_null());
    CHECK_FALSE(Value{Octets{0}}.is_null());
}
