// The objects that commands print one a line: tests/output/golden. They are examples for whoever reads the schemas,
// which tests/schemas holds them against.

#include <popfetch/output/format.hpp>

#include "golden.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using popfetch::base::WallTime;
using popfetch::output::golden;
using popfetch::output::Octets;
using popfetch::output::Record;
using popfetch::output::to_json_line;
using popfetch::output::Value;

namespace {

constexpr WallTime now{1'795'248'900s}; // 2026-11-21 08:15 UTC

Value::List mailbox(std::string_view name, std::string_view address)
{
    return {Record{{"name", name}, {"address", address}}};
}

std::string lines(const std::vector<Record>& records)
{
    std::string text;
    for (const Record& record : records) text += to_json_line(record);
    return text;
}

Record event(std::string_view name, std::initializer_list<Record::Field> fields)
{
    Record record{{"event", name}, {"account", "work"}};
    for (const auto& [field, value] : fields) record.set(field, value);
    return record;
}

Record of_message(std::string_view name, std::initializer_list<Record::Field> fields)
{
    Record record = event(name, {{"number", 7u}, {"uid", "0007"}, {"size", Octets{3'481}}});
    for (const auto& [field, value] : fields) record.set(field, value);
    return record;
}

Record with_totals(Record record)
{
    return record.set("fetched", 410u)
        .set("octets", Octets{25'270'682})
        .set("deleted", 12u)
        .set("kept", 395u)
        .set("skipped", 1u)
        .set("failed", 0u);
}

std::vector<Record> events()
{
    return {
        {{"event", "sandbox"}, {"files", true}, {"ports", false}, {"text", "Landlock 2: files"}},
        event("connected", {{"host", "pop.example.org"},
                            {"port", 995u},
                            {"confidentiality", "TLSv1.3"},
                            {"mechanism", "SCRAM-SHA-256"},
                            {"milliseconds", 148u}}),
        of_message("skipped", {{"reason", "too_large"}, {"why", "larger than max_size 50M"}}),
        event("planned", {{"fetch", 410u}, {"octets", Octets{25'270'682}}, {"messages", 806u}}),
        event("recovered", {{"uid", "0006"}, {"path", "/home/alice/Mail/new/1.R1.host"}}),
        of_message("delivered", {{"time", now},
                                 {"target", "maildir"},
                                 {"path", "/home/alice/Mail/new/2.R2.host"},
                                 {"from", mailbox("大阪支店", "osaka@example.com")},
                                 {"subject", "見積書の件"},
                                 {"message_id", "3@example.com"}}),
        of_message("failed", {{"class", "server.refused"},
                              {"text", "pop.example.org:995: RETR 7 was refused: \"try later\""},
                              {"exit", 75}}),
        of_message("deleted", {{"why", "fetched more than 14d ago"}}),
        event("warning", {{"text", "the sizes of LIST are not exact"}}),
        event("note", {{"text", "message 7 left the server meanwhile"}}),
        {{"event", "error"},
         {"class", "tls.certificate_expired"},
         {"account", "work"},
         {"text", "pop.example.org:995: certificate has expired (2026-11-02)"},
         {"exit", 76}},
        with_totals(event("account", {})).set("seconds", 3.2).set("exit", 0),
        with_totals({{"event", "summary"}, {"accounts", 1u}}).set("exit", 0),
    };
}

Record plan()
{
    const auto decision = [](unsigned number, std::string_view action, std::string_view reason, std::string_view why) {
        return Record{{"number", number},      {"uid", std::to_string(number)},
                      {"size", Octets{3'481}}, {"action", action},
                      {"reason", reason},      {"why", why}};
    };
    return event("plan", {{"fetch", 1u},
                          {"octets", Octets{3'481}},
                          {"delete", 1u},
                          {"keep", 1u},
                          {"skip", 1u},
                          {"messages", Value::List{decision(407, "fetch", "new", "new"),
                                                   decision(410, "skip", "too_large", "larger than max_size 50M"),
                                                   decision(2, "keep", "fetched", "fetched today 08:15"),
                                                   decision(1, "delete", "expired", "fetched more than 14d ago")}}});
}

Record info()
{
    const Record certificate{{"subject", "CN=pop.example.org"},
                             {"issuer", "CN=Example CA R3"},
                             {"names", Value::List{"pop.example.org"}},
                             {"not_before", now - 24h},
                             {"not_after", now + 1464h},
                             {"pin", "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
                             {"sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}};
    return {
        {"account", "work"},
        {"host", "pop.example.org"},
        {"port", 995u},
        {"attempts",
         Value::List{Record{{"address", "2001:db8::25"}, {"outcome", "no answer in 250 ms"}, {"milliseconds", 250u}},
                     Record{{"address", "192.0.2.25"}, {"outcome", "connected"}, {"milliseconds", 31u}}}},
        {"greeting", "Dovecot ready.\xff"},
        {"confidentiality", "TLSv1.3"},
        {"tls", Record{{"version", "TLSv1.3"},
                       {"cipher", "TLS_AES_256_GCM_SHA384"},
                       {"alpn", ""},
                       {"verified", true},
                       {"certificates", Value::List{certificate}}}},
        {"capabilities_before_login", Value::List{"TOP", "UIDL", "X\xff"}},
        {"capabilities_after_login", Value::List{"TOP", "UIDL", "EXPIRE 60"}},
        {"mechanism", "SCRAM-SHA-256-PLUS"},
        {"milliseconds",
         Record{{"resolved", 4u}, {"connected", 35u}, {"secured", 68u}, {"greeted", 84u}, {"logged_in", 148u}}},
        {"count", 410u},
        {"octets", Octets{25'270'682}},
        {"oldest", now - 61'800h},
        {"error", Value{}}};
}

/// A server that could not be reached.
Record short_info()
{
    return {{"account", "isp"},
            {"host", "pop.isp.example"},
            {"port", 110u},
            {"attempts", Value::List{}},
            {"greeting", Value{}},
            {"confidentiality", "none"},
            {"tls", Value{}},
            {"capabilities_before_login", Value::List{}},
            {"capabilities_after_login", Value{}},
            {"mechanism", Value{}},
            {"milliseconds",
             Record{{"resolved", 0u}, {"connected", 0u}, {"secured", 0u}, {"greeted", 0u}, {"logged_in", 0u}}},
            {"count", Value{}},
            {"octets", Value{}},
            {"oldest", Value{}},
            {"error", Record{{"event", "error"},
                             {"class", "net.no_host"},
                             {"text", "pop.isp.example: name or service not known"},
                             {"exit", 68}}}};
}

std::vector<Record> checks()
{
    return {{{"account", "work"},
             {"status", "OK"},
             {"readings", Record{{"messages", 410u},
                                 {"octets", Octets{25'270'682}},
                                 {"oldest_new", 10'800u},
                                 {"time", 0.148},
                                 {"certificate_days", 61}}}},
            {{"account", "isp"},
             {"status", "CRITICAL"},
             {"readings", Record{}},
             {"problem", "pop.isp.example: name or service not known"},
             {"class", "net.no_host"}}};
}

Record shown()
{
    return {{"number", 3u},
            {"uid", "0003"},
            {"size", Octets{5'222}},
            {"from", mailbox("大阪支店", "osaka@example.com")},
            {"to", mailbox("Alice", "alice@example.org")},
            {"cc", Value::List{}},
            {"subject", "見積書の件"},
            {"date", now},
            {"message_id", "3@example.com"},
            {"headers", Value::List{Record{{"name", "From"}, {"value", "大阪支店 <osaka@example.com>"}},
                                    Record{{"name", "Subject"}, {"value", "見積書の件"}},
                                    Record{{"name", "X-Note"}, {"value", "café"}, {"value_raw", "Y2Fm6Q=="}}}},
            {"text", "お世話になっております。\n"},
            {"attachments",
             Value::List{Record{{"name", "見積書.pdf"}, {"media_type", "application/pdf"}, {"size", Octets{1'009}}}}}};
}

Record shown_with_headers_only() { return shown().set("text", Value{}).set("attachments", Value{}); }

Record shown_raw()
{
    return shown()
        .set("headers", Value::List{Record{{"name", "Subject"}, {"value", "a"}}})
        .set("text", "b\n")
        .set("attachments", Value::List{})
        .set("raw", "U3ViamVjdDogYQoKYgo=");
}

void check_golden(const std::string& name, const std::string& text) { CHECK(text == golden(name, text)); }

}

TEST_CASE("the events of fetch are one object a line") { check_golden("event.ndjson", lines(events())); }

TEST_CASE("an error is one object")
{
    check_golden("error.ndjson", lines({{{"event", "error"},
                                         {"class", "config.unknown_key"},
                                         {"text", "popfetch.toml:14: unknown key \"tls_verfy\" in account \"work\""},
                                         {"exit", 78}}}));
}

TEST_CASE("a plan is one object for each account") { check_golden("plan.ndjson", lines({plan()})); }

TEST_CASE("the size of a mailbox is one object")
{
    check_golden(
        "stat.ndjson",
        lines({{{"account", "work"}, {"host", "pop.example.org"}, {"count", 410u}, {"octets", Octets{25'270'682}}}}));
}

TEST_CASE("what a repair saved is one object")
{
    check_golden("repair.ndjson",
                 lines({{{"account", "work"}, {"ledger", "/home/alice/work.ledger"}, {"saved", 1204u}}}));
}

TEST_CASE("what is known of a server is one object as far as it came")
{
    check_golden("info.ndjson", lines({info(), short_info()}));
}

TEST_CASE("the health of an account is one object") { check_golden("check.ndjson", lines(checks())); }

TEST_CASE("a message that is saved is one object, whole or what is attached to it")
{
    const Record message{{"account", "work"}, {"number", 3}, {"uid", "0003"}, {"size", Octets{5222}}};
    auto whole = message, taken_apart = message;
    whole.set("file", Record{{"path", "/home/alice/mail/0003.eml"}, {"was_there", true}});
    Value::List attachments;
    attachments.emplace_back(Record{{"path", "/home/alice/見積書.pdf"},
                                    {"was_there", false},
                                    {"name", "見積書.pdf"},
                                    {"media_type", "application/pdf"},
                                    {"size", Octets{1009}}});
    taken_apart.set("attachments", std::move(attachments));
    check_golden("save.ndjson", lines({whole, taken_apart}));
}

TEST_CASE("a message that is shown is one object, whatever was asked for")
{
    check_golden("show.ndjson", lines({shown(), shown_with_headers_only(), shown_raw()}));
}
