#include "readable.hpp"

#include <popfetch/base/printable.hpp>
#include <popfetch/base/units.hpp>
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

output::Record readable_record(const pop3::Message& listed, std::string_view message)
{
    const auto read = mail::read(message);
    output::Value::List attachments;
    for (const auto& a : read.attachments)
        attachments.emplace_back(
            output::Record{{"name", a.name}, {"media_type", a.media_type}, {"size", output::Octets{a.size}}});
    output::Record record{{"number", listed.number},
                          {"uid", listed.uid},
                          {"size", output::Octets{listed.size}},
                          {"from", addresses_of(read.summary.from)},
                          {"to", addresses_of(read.summary.to)},
                          {"cc", addresses_of(read.cc)},
                          {"subject", read.summary.subject}};
    record.set("date", read.summary.date ? output::Value{*read.summary.date} : output::Value{});
    return record.set("message_id", read.summary.message_id)
        .set("text", read.text)
        .set("attachments", std::move(attachments));
}

}
