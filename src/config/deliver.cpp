// deliver = "maildir:PATH", a table for a pipe or LMTP, or a list of these.

#include "names.hpp"
#include "placeholders.hpp"
#include "row.hpp"

namespace popfetch::config {

namespace {

using delivery::Spec;

Spec target_of(std::string_view text, const base::Path& folder)
{
    auto spec = delivery::parse_spec(text);
    if (!spec.path.empty()) spec.path = resolve(spec.path.string(), folder);
    return spec;
}

void read_type(const Field&, Spec&) {} // read before the others: it decides which of them there are
void read_timeout(const Field& field, Spec& spec) { spec.timeout = field.duration("5m"); }
void read_on_uncertain(const Field& field, Spec& spec)
{
    spec.hold_uncertain = field.one_of<bool>({{"redeliver", false}, {"hold", true}});
}

Spec::Tls read_tls(const Field& field)
{
    using Tls = Spec::Tls;
    return field.one_of<Tls>({{"none", Tls::none}, {"starttls", Tls::starttls}, {"implicit", Tls::implicit}});
}

constexpr Row<Spec> pipe_rows[] = {
    {{"deliver", "type", "\"pipe\", \"lmtp\"", "a command that takes each message on its input, or a mail server"},
     read_type},
    {{"deliver", "command", "list: program, arguments",
      "pipe: run for each message, without a shell; %{account} %{delivery_id} %{uid} %{size} %{attempt} are replaced"},
     [](const Field& field, Spec& spec) { spec.argv = field.argv(Field::Run::for_messages); }},
    {{"deliver", "run_as", "user name", "pipe: whose rights the command has; needed when popfetch runs as root"},
     [](const Field& field, Spec& spec) { spec.run_as = field.text("a user name"); }},
    {{"deliver", "timeout", "duration, \"5m\"", "how long one delivery may take"}, read_timeout},
    {{"deliver", "strict", "false, true", "pipe: a command that does not read all of its input has failed"},
     [](const Field& field, Spec& spec) { spec.strict = field.flag(); }},
    {{"deliver", "on_uncertain", "\"redeliver\", \"hold\"",
      "what a crash during a delivery leads to: the message once more, or a report and no more tries"},
     read_on_uncertain},
};

constexpr Row<Spec> lmtp_rows[] = {
    {{"deliver", "type", "\"pipe\", \"lmtp\"", ""}, read_type},
    {{"deliver", "socket", "path", "lmtp: the server's UNIX socket"},
     [](const Field& field, Spec& spec) { spec.path = field.path(); }},
    {{"deliver", "host", "name or address", "lmtp: the server, when it is reached by TCP"},
     [](const Field& field, Spec& spec) { spec.host = field.text("a host name or an address"); }},
    {{"deliver", "port", "24, number", "lmtp: its port"},
     [](const Field& field, Spec& spec) { spec.port = static_cast<std::uint16_t>(field.number(1, 65535)); }},
    {{"deliver", "tls", "\"none\", \"starttls\", \"implicit\"", "lmtp: how the connection to host is encrypted"},
     [](const Field& field, Spec& spec) { spec.tls = read_tls(field); }},
    {{"deliver", "tls_ca_file", "path of a PEM file", "lmtp: the authorities to trust instead of the system's"},
     [](const Field& field, Spec& spec) { spec.tls_ca_file = field.path(); }},
    {{"deliver", "recipient", "address", "lmtp: whom the messages are for"},
     [](const Field& field, Spec& spec) { spec.recipient = field.text("an address"); }},
    {{"deliver", "sender", "address", "lmtp: the sender on the envelope; without it the empty one, <>"},
     [](const Field& field, Spec& spec) { spec.sender = field.text("an address"); }},
    {{"deliver", "timeout", "duration, \"5m\"", ""}, read_timeout},
    {{"deliver", "on_uncertain", "\"redeliver\", \"hold\"", ""}, read_on_uncertain},
};

Spec pipe_of(const Field& table)
{
    Spec spec;
    spec.kind = Spec::Kind::pipe;
    read_members(table, pipe_rows, spec);
    if (spec.argv.empty()) table.lacks("\"command\"");
    return spec;
}

Spec lmtp_of(const Field& table)
{
    Spec spec;
    spec.kind = Spec::Kind::lmtp;
    read_members(table, lmtp_rows, spec);
    if (spec.path.empty() == spec.host.empty()) table.lacks("either \"socket\" or \"host\"");
    if (!spec.path.empty() && find(table.members(), "port") != nullptr)
        table.invalid("\"port\" means nothing with \"socket\"");
    if (!spec.path.empty() && spec.tls != Spec::Tls::none) table.invalid("\"tls\" means nothing with \"socket\"");
    if (spec.tls == Spec::Tls::none && !spec.tls_ca_file.empty())
        table.invalid("\"tls_ca_file\" needs tls = \"starttls\" or \"implicit\"");
    if (spec.recipient.empty()) table.lacks("\"recipient\"");
    return spec;
}

Spec table_of(const Field& table)
{
    const auto* const type = find(table.members(), "type");
    if (type == nullptr) table.lacks("\"type\": \"pipe\" or \"lmtp\"");
    const auto kind = table.member(*type).one_of<Spec::Kind>({{"pipe", Spec::Kind::pipe}, {"lmtp", Spec::Kind::lmtp}});
    return kind == Spec::Kind::pipe ? pipe_of(table) : lmtp_of(table);
}

Spec text_of(const Field& field, std::string_view expected)
{
    const auto text = field.text(expected);
    return field.understood([&] { return target_of(text, field.section().folder); });
}

}

std::vector<Spec> read_deliver(const Field& field)
{
    constexpr std::string_view expected =
        "\"maildir:PATH\", \"mbox:PATH\", \"files:DIR\", \"stdout:\", a table, or a list of these";
    std::vector<Spec> specs;
    for (const auto& element : field.elements())
        specs.push_back(element.is_table() ? table_of(element) : text_of(element, expected));
    if (specs.empty()) field.wrong(expected);
    return specs;
}

delivery::Spec parse_deliver(std::string_view text, std::string_view account)
{
    return target_of(filled(text, file_name(account)), {});
}

void add_deliver_keys(std::vector<Key>& keys)
{
    for (const auto& row : pipe_rows) keys.push_back(row.key);
    for (const auto& row : lmtp_rows)
        if (!row.key.meaning.empty()) keys.push_back(row.key);
}

}
