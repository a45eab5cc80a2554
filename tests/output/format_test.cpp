// What list, history and accounts print, in every format: tests/output/golden. The JSON is held against schemas/ by
// tests/schemas.

#include <popfetch/output/format.hpp>

#include <stdlib.h>

#include "golden.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using popfetch::base::StringSink;
using popfetch::base::WallTime;
using popfetch::output::Column;
using popfetch::output::golden;
using popfetch::output::Kind;
using popfetch::output::Octets;
using popfetch::output::Record;
using popfetch::output::Shape;
using popfetch::output::Terminal;
using popfetch::output::Value;

namespace {

constexpr WallTime now{1'795'248'900s}; // 2026-11-21 08:15 UTC

struct Document {
    Shape shape;
    std::vector<Record> items;
    Record tail;
    std::string summary;
};

std::string printed(const Document& document, Kind kind, Terminal terminal = {80, false, now})
{
    ::setenv("TZ", "UTC", 1);
    StringSink sink;
    const auto writer = popfetch::output::open(kind, document.shape, terminal, sink);
    for (const Record& item : document.items) writer->item(item);
    writer->finish(document.tail, document.summary);
    return sink.text;
}

Value addresses(std::string_view name, std::string_view address)
{
    return Value::List{Record{{"name", name}, {"address", address}}};
}

/// The listing of SCREENS.
Document listing()
{
    using enum Column::Align;
    const Value none{};
    return {{"messages",
             {{"account", "work"}, {"host", "pop.example.org"}},
             {{"number", " NO", right, false, 0},
              {"state", "STATE", left, false, 0},
              {"size", "SIZE", right, false, 0},
              {"date", "DATE", left, false, 0},
              {"from", "FROM", left, false, 20},
              {"subject", "SUBJECT", left, true, 0}}},
            {{{"number", 1u},
              {"uid", "0001"},
              {"size", Octets{3'481}},
              {"state", "fetched"},
              {"fetched_at", now - 24h},
              {"from", addresses("postmaster", "postmaster@example.net")},
              {"to", addresses("", "alice@example.org")},
              {"subject", "Undelivered mail returned to sender"},
              {"date", now - 167h},
              {"message_id", "1@example.net"}},
             {{"number", 2u},
              {"uid", "0002"},
              {"size", Octets{12'582'912}},
              {"state", "fetched"},
              {"fetched_at", now - 24h},
              {"from", addresses("", "builds@example.org")},
              {"to", Value::List{}},
              {"subject", "Nightly: 3 failures in a build with a title that nobody would want to read to its end"},
              {"date", now - 177h},
              {"message_id", "2@example.org"}},
             {{"number", 3u},
              {"uid", "00\xff"},
              {"size", Octets{5'222}},
              {"state", "new"},
              {"fetched_at", none},
              {"from", addresses("大阪支店", "osaka@example.com")},
              {"to", addresses("Alice", "alice@example.org")},
              {"subject", "見積書の件"},
              {"date", now},
              {"message_id", "3@example.com"}},
             {{"number", 4u},
              {"uid", "0004"},
              {"size", Octets{88'080'384}},
              {"state", "failed"},
              {"fetched_at", none},
              {"reason", "larger than max_size"},
              {"attempts", 1u},
              {"next_try", now + 24h},
              {"from", addresses("", "scanner@example.org")},
              {"to", Value::List{}},
              {"subject", "Scan\x1b[2J"},
              {"date", none},
              {"message_id", ""}}},
            {{"count", 4u}, {"octets", Octets{100'671'999}}},
            "4 messages, 96.0M; 1 new, 1 failed"};
}

Document history()
{
    using enum Column::Align;
    return {{"messages",
             {},
             {{"at", "WHEN", left, false, 0},
              {"account", "ACCOUNT", left, false, 0},
              {"state", "STATE", left, false, 0},
              {"size", "SIZE", right, false, 0},
              {"path", "WHERE", left, true, 0},
              {"reason", "", left, false, 60}}},
            {{{"account", "work"},
              {"uid", "0001"},
              {"state", "fetched"},
              {"at", now - 24h},
              {"size", Octets{3'481}},
              {"target", "maildir"},
              {"path", "/home/alice/M\xfcll/new/1795162500.R0a1b2c3d.host"}},
             {{"account", "work"},
              {"uid", "0004"},
              {"state", "failed"},
              {"at", now - 1h},
              {"size", Octets{88'080'384}},
              {"target", ""},
              {"path", ""},
              {"reason", "RETR was refused: \"try later\""},
              {"attempts", 2u},
              {"next_try", now + 5h}}},
            {{"count", 2u}},
            ""};
}

Document accounts()
{
    using enum Column::Align;
    return {{"accounts",
             {{"config", "/home/alice/.config/popfetch/popfetch.toml"}},
             {{"account", "ACCOUNT", left, false, 0},
              {"user", "USER", left, false, 0},
              {"server", "SERVER", left, false, 0},
              {"tls", "TLS", left, false, 0},
              {"deliver", "DELIVER", left, true, 0},
              {"delete", "DELETE", left, false, 0}}},
            {{{"account", "work"},
              {"enabled", true},
              {"user", "alice@example.org"},
              {"server", "pop.example.org:995"},
              {"tls", "implicit"},
              {"deliver", "maildir:/home/alice/Mail"},
              {"delete", "14d"},
              {"ledger", "/home/alice/.local/state/popfetch/work.ledger"}}},
            {{"count", 1u}},
            ""};
}

}

TEST_CASE("a listing as a table")
{
    CHECK(printed(listing(), Kind::table) == golden("list.table", printed(listing(), Kind::table)));
}

TEST_CASE("a listing as one JSON document")
{
    CHECK(printed(listing(), Kind::json) == golden("list.json", printed(listing(), Kind::json)));
}

TEST_CASE("a listing as one JSON object a line")
{
    CHECK(printed(listing(), Kind::ndjson) == golden("list.ndjson", printed(listing(), Kind::ndjson)));
}

TEST_CASE("a history in every format")
{
    CHECK(printed(history(), Kind::table) == golden("history.table", printed(history(), Kind::table)));
    CHECK(printed(history(), Kind::json) == golden("history.json", printed(history(), Kind::json)));
    CHECK(printed(history(), Kind::ndjson) == golden("history.ndjson", printed(history(), Kind::ndjson)));
}

TEST_CASE("the accounts in every format")
{
    CHECK(printed(accounts(), Kind::table) == golden("accounts.table", printed(accounts(), Kind::table)));
    CHECK(printed(accounts(), Kind::json) == golden("accounts.json", printed(accounts(), Kind::json)));
    CHECK(printed(accounts(), Kind::ndjson) == golden("accounts.ndjson", printed(accounts(), Kind::ndjson)));
}

TEST_CASE("an empty listing is an empty array and no lines and only its summary")
{
    Document empty = listing();
    empty.items.clear();
    empty.tail = {{"count", 0u}};
    empty.summary = "0 messages";
    CHECK(printed(empty, Kind::json) ==
          "{\n  \"schema\": 1,\n  \"account\": \"work\",\n  \"host\": \"pop.example.org\",\n"
          "  \"messages\": [],\n  \"count\": 0\n}\n");
    CHECK(printed(empty, Kind::ndjson).empty());
    CHECK(printed(empty, Kind::table) == "0 messages\n");
}

TEST_CASE("a document that is given up in the middle has printed nothing")
{
    for (const Kind kind : {Kind::table, Kind::json}) {
        StringSink sink;
        popfetch::output::open(kind, listing().shape, {}, sink)->item(listing().items.front());
        CHECK(sink.text.empty());
    }
}
