#include "readable.hpp"

#include <popfetch/base/base64.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/base/units.hpp>
#include <popfetch/mail/fields.hpp>
#include <popfetch/mail/summary.hpp>

#include "mailbox.hpp"

namespace popfetch::cli {

namespace {

constexpr std::size_t longest_line = 10'000;

std::string list_of(const std::vector<mail::Address>& addresses)
{
    std::string text;
    for (const auto& a : addresses) {
        if (!text.empty()) text += ", ";
        text += a.name.empty() ? a.address : a.name + " <" + a.address + ">";
    }
    return text;
}

std::string header_line(std::string_view name, std::string_view value)
{
    if (value.empty()) return {};
    return std::string{name} + ": " + base::printable(value, 1000) + "\n";
}

output::Value::List headers_of(std::string_view message)
{
    output::Value::List headers;
    for (const auto& field : mail::read_fields(message)) {
        output::Record entry{{"name", field.name}, {"value", field.value}};
        if (field.value_raw) entry.set("value_raw", base::to_base64(*field.value_raw));
        headers.emplace_back(std::move(entry));
    }
    return headers;
}

output::Value::List attachments_of(const mail::Readable& read)
{
    output::Value::List attachments;
    for (const auto& a : read.attachments)
        attachments.emplace_back(
            output::Record{{"name", a.name}, {"media_type", a.media_type}, {"size", output::Octets{a.size}}});
    return attachments;
}

}

std::string printable_lines(std::string_view text)
{
    std::string result;
    while (!text.empty()) {
        const auto end = text.find('\n');
        std::string line{text.substr(0, end)};
        for (auto& c : line)
            if (c == '\t') c = ' ';
        if (line.ends_with('\r')) line.pop_back();
        result += base::printable(line, longest_line) + "\n";
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return result;
}

std::string readable_text(std::string_view message)
{
    const auto read = mail::read(message);
    std::string text = header_line("From", list_of(read.summary.from)) + header_line("To", list_of(read.summary.to)) +
                       header_line("Cc", list_of(read.cc)) + header_line("Subject", read.summary.subject);
    if (read.summary.date) text += header_line("Date", base::to_local(*read.summary.date, base::wall_clock()));
    text += "\n" + printable_lines(read.text);
    for (const auto& attachment : read.attachments)
        text += "[attachment: " + base::printable(attachment.name.empty() ? "without a name" : attachment.name) + ", " +
                base::printable(attachment.media_type) + ", " + base::format_size(attachment.size) + "]\n";
    return text;
}

output::Record readable_record(const pop3::Message& listed, std::string_view message, bool is_whole)
{
    const auto read = mail::read(message);
    output::Record record{{"number", listed.number},
                          {"uid", listed.uid},
                          {"size", output::Octets{listed.size}},
                          {"from", addresses_of(read.summary.from)},
                          {"to", addresses_of(read.summary.to)},
                          {"cc", addresses_of(read.cc)},
                          {"subject", read.summary.subject}};
    if (read.summary.subject_raw) record.set("subject_raw", base::to_base64(*read.summary.subject_raw));
    record.set("date", read.summary.date ? output::Value{*read.summary.date} : output::Value{});
    record.set("message_id", read.summary.message_id).set("headers", headers_of(message));
    if (!is_whole) return record.set("text", {}).set("attachments", {});
    return record.set("text", read.text).set("attachments", attachments_of(read));
}

}
