// What the shell's commands do with the session; shell.cpp has the loop, the table and the end.

#include <algorithm>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/config/configuration.hpp>

#include "../amount.hpp"
#include "../download.hpp"
#include "../listing_table.hpp"
#include "../readable.hpp"
#include "../screen.hpp"
#include "../selection.hpp"
#include "shell.hpp"

namespace popfetch::cli {

namespace {

[[noreturn]] void throw_refused(const pop3::Message& message, const pop3::Reply& reply)
{
    throw pop3::Refused{"message " + std::to_string(message.number) + " was refused", reply};
}

}

std::vector<const Row*> Shell::chosen(std::string_view arguments)
{
    Selection selection;
    while (!arguments.empty()) selection.words.emplace_back(base::take_word(arguments));
    return selected(mailbox_, selection).rows; // without --where none is left open
}

pop3::Message Shell::one(std::string_view arguments)
{
    const auto rows = arguments.empty() ? std::vector<const Row*>{} : chosen(arguments);
    if (rows.size() != 1)
        throw base::Error{base::ExitStatus::usage, "usage.message", "one message is wanted",
                          "name it: 7, uid:UID or last"};
    return rows.front()->message;
}

Shell::Next Shell::ls(std::string_view arguments)
{
    if (mailbox_.rows().size() <= 1000) mailbox_.read_headers();
    print_listing(mailbox_, chosen(arguments), globals_);
    return Next::go_on;
}

Shell::Next Shell::head(std::string_view arguments)
{
    const auto message = one(arguments);
    Beginning beginning;
    mailbox_.top(
        {&message, 1}, 0, [&](const pop3::Message&, pop3::Body& body) { body.pour_into(beginning); }, throw_refused);
    print(printable_lines(beginning.text));
    return Next::go_on;
}

Shell::Next Shell::cat(std::string_view arguments)
{
    const auto message = one(arguments);
    retrieved_ = true;
    Beginning beginning;
    mailbox_.retr(
        {&message, 1}, [&](const pop3::Message&, pop3::Body& body) { body.pour_into(beginning); }, throw_refused);
    print(readable_text(beginning.text));
    return Next::go_on;
}

Shell::Next Shell::save(std::string_view arguments)
{
    const auto word = base::take_word(arguments);
    if (word.empty() || arguments.empty())
        throw base::Error{base::ExitStatus::usage, "usage.message", "a message and a file are wanted", "save 7 FILE"};
    const auto message = one(word);
    retrieved_ = true;
    const Destination destination{config::resolve(arguments, {}).string(), 1};
    mailbox_.retr(
        {&message, 1},
        [&](const pop3::Message& m, pop3::Body& body) {
            print("saved to " + base::printable(destination.store(m, body).path.string()) + "\n");
        },
        throw_refused);
    return Next::go_on;
}

Shell::Next Shell::rm(std::string_view arguments)
{
    if (arguments.empty())
        throw base::Error{base::ExitStatus::usage, "usage.message", "nothing says which messages",
                          "rm 7, rm 3-9, rm uid:UID"};
    std::vector<std::uint32_t> numbers;
    for (const auto* row : chosen(arguments)) {
        if (row->marked)
            print("  " + std::to_string(row->message.number) + " is marked already\n");
        else
            numbers.push_back(row->message.number);
    }
    const auto refused = mailbox_.dele(numbers);
    for (const auto number : numbers) {
        if (std::ranges::find(refused, number) != refused.end()) {
            print("  " + std::to_string(number) + " the server refused to mark\n");
            continue;
        }
        mark(number);
        print("  " + std::to_string(number) + " will be deleted at quit (undo takes it back)\n");
    }
    return Next::go_on;
}

Shell::Next Shell::undo(std::string_view)
{
    mailbox_.maildrop().rset();
    print("  " + counted(marked().size(), "message") + " unmarked\n");
    for (auto& row : mailbox_.rows()) row.marked = false;
    return Next::go_on;
}

void Shell::mark(std::uint32_t number)
{
    const auto row = std::ranges::find(mailbox_.rows(), number, [](const Row& each) { return each.message.number; });
    if (row != mailbox_.rows().end()) row->marked = true;
}

std::vector<std::uint32_t> Shell::marked() const
{
    std::vector<std::uint32_t> numbers;
    for (const auto& row : mailbox_.rows())
        if (row.marked) numbers.push_back(row.message.number);
    return numbers;
}

Shell::Next Shell::stat(std::string_view)
{
    const auto stat = mailbox_.maildrop().stat();
    print(amount(stat.messages, stat.octets) + "\n");
    return Next::go_on;
}

Shell::Next Shell::capa(std::string_view)
{
    std::string text;
    for (const auto& line : mailbox_.maildrop().capabilities().lines) text += base::printable(line) + "\n";
    print(text.empty() ? "CAPA is not known here\n" : text);
    return Next::go_on;
}

Shell::Next Shell::raw(std::string_view arguments)
{
    const bool multi_line = arguments.starts_with("raw+");
    if (multi_line) base::take_word(arguments);
    if (arguments.empty()) throw base::Error{base::ExitStatus::usage, "usage.message", "a line is wanted", "raw NOOP"};
    base::StringSink answer;
    const auto reply = mailbox_.maildrop().raw(arguments, multi_line, answer);
    print((reply.ok ? "+OK " : "-ERR ") + base::printable(reply.text, 8192) + "\n" + printable_lines(answer.text));
    return Next::go_on;
}

}
