#include "shell.hpp"

#include <algorithm>
#include <array>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/base/suggestion.hpp>
#include <popfetch/base/units.hpp>

#include "../amount.hpp"
#include "../question.hpp"
#include "../screen.hpp"

namespace popfetch::cli {

namespace {

// What people type who have typed into telnet, ftp and other shells.
std::string_view meant_by(std::string_view word)
{
    constexpr std::array<std::array<std::string_view, 2>, 11> synonyms{{{"exit", "quit"},
                                                                        {"bye", "quit"},
                                                                        {"q", "quit"},
                                                                        {"list", "ls"},
                                                                        {"dir", "ls"},
                                                                        {"top", "head"},
                                                                        {"retr", "cat"},
                                                                        {"show", "cat"},
                                                                        {"dele", "rm"},
                                                                        {"delete", "rm"},
                                                                        {"rset", "undo"}}};
    const auto* const found = std::ranges::find(synonyms, word, [](const auto& pair) { return pair[0]; });
    return found == synonyms.end() ? std::string_view{} : (*found)[1];
}

}

base::Error Shell::no_command(std::string_view word)
{
    std::vector<std::string_view> names;
    for (const auto& command : commands()) names.push_back(command.name);
    std::string near{meant_by(base::to_lower(word))};
    if (near.empty()) near = base::nearest(word, names);
    return base::Error{base::ExitStatus::usage, "usage.command", "there is no command " + base::printable(word),
                       near.empty() ? "help lists them" : "did you mean " + near + "?"};
}

std::span<const Shell::Command> Shell::commands()
{
    static constexpr std::array table{
        Command{"ls", "[MSG...]", "list messages", &Shell::ls},
        Command{"head", "MSG", "the header of a message", &Shell::head},
        Command{"cat", "MSG", "a message, readable", &Shell::cat},
        Command{"save", "MSG FILE", "a message into a new file", &Shell::save},
        Command{"rm", "MSG...", "mark for deletion at quit", &Shell::rm},
        Command{"undo", "", "unmark everything (RSET)", &Shell::undo},
        Command{"stat", "", "count and size", &Shell::stat},
        Command{"capa", "", "what the server can do", &Shell::capa},
        Command{"raw", "LINE", "send a line; raw+ for an answer of several lines", &Shell::raw},
        Command{"raw+", "LINE", "", &Shell::raw},
        Command{"help", "", "this list", &Shell::help},
        Command{"quit", "", "delete what is marked, and leave", &Shell::quit},
        Command{"abort", "", "leave; nothing is deleted", &Shell::abort},
    };
    return table;
}

Shell::Shell(Mailbox& mailbox, const Globals& globals, std::chrono::milliseconds keep_alive)
    : mailbox_{mailbox}, globals_{globals}, editor_{mailbox.account().name + "> ",
                                                    [this](std::string_view typed) { return completions(typed); }}
{
    editor_.while_waiting(keep_alive, [this] { mailbox_.maildrop().noop(); });
}

base::ExitStatus Shell::run()
{
    if (editor_.interactive())
        print((mailbox_.rows().empty() ? "no messages" : counted(mailbox_.rows().size(), "message")) +
              "; help lists the commands\n");
    while (const auto line = editor_.read()) {
        switch (obey(*line)) {
        case Next::go_on: break;
        case Next::quit: return update();
        case Next::abort: std::move(mailbox_).hang_up(); return status_;
        }
    }
    std::move(mailbox_).hang_up();
    if (editor_.interactive()) print("\n");
    if (!marked().empty()) say("the input ended without quit: nothing was deleted");
    return status_;
}

Shell::Next Shell::obey(std::string_view line)
{
    line = base::trim(line);
    if (line.empty() || line.front() == '#') return Next::go_on;
    auto rest = line;
    const auto word = base::take_word(rest);
    const auto found = std::ranges::find(commands(), word, &Command::name);
    try {
        if (found == commands().end()) throw no_command(word);
        // raw+ is raw, with the rest of the line telling which.
        return (this->*found->run)(word == "raw+" ? line : rest);
    } catch (const base::Interrupted&) {
        throw;
    } catch (const net::ConnectionError&) {
        throw; // the session is over; a mistake ends nothing
    } catch (const pop3::ProtocolError&) {
        throw;
    } catch (const base::Error& error) {
        complain(error);
        status_ = error.status();
        return Next::go_on;
    }
}

// Between a person's own lines the program need not say its name.
void Shell::complain(const base::Error& error) const
{
    if (editor_.interactive() && !globals_.machine())
        say(error.what());
    else
        report_error(error, {}, globals_);
}

base::ExitStatus Shell::update()
{
    // After a RETR, QUIT may delete what was only read (EXPIRE 0, RFC 2449 §6.7): without a mark there is no need for
    // it.
    const auto deleted = marked().size();
    if (deleted == 0 && retrieved_) {
        std::move(mailbox_).hang_up();
        return status_;
    }
    std::move(mailbox_).quit();
    if (deleted > 0)
        print("deleted " + base::format_count(deleted) + ", kept " +
              base::format_count(mailbox_.rows().size() - deleted) + "\n");
    return status_;
}

Shell::Next Shell::quit(std::string_view)
{
    const auto going = marked();
    if (going.empty() || !editor_.interactive()) return Next::quit;
    std::string numbers;
    for (const auto number : going) numbers += (numbers.empty() ? "" : ", ") + std::to_string(number);
    const auto& capabilities = mailbox_.maildrop().capabilities();
    if (retrieved_ && capabilities.expire && *capabilities.expire == 0)
        print("this server also deletes what was read (EXPIRE 0)\n");
    const std::string question =
        counted(going.size(), "message") + " will be deleted for good: " + numbers + ". Delete?";
    return ask(question) ? Next::quit : Next::go_on;
}

Shell::Next Shell::abort(std::string_view) { return Next::abort; }

Shell::Next Shell::help(std::string_view)
{
    std::string text;
    for (const auto& command : commands()) {
        if (command.help.empty()) continue;
        std::string line = "  " + std::string{command.name} + " " + std::string{command.arguments};
        line.append(20 - std::min<std::size_t>(20, line.size()), ' ');
        text += line + std::string{command.help} + "\n";
    }
    print(text + "MSG is 7, 3-9, 5-, uid:UID, last or all\n");
    return Next::go_on;
}

std::vector<std::string> Shell::completions(std::string_view typed) const
{
    std::vector<std::string> words;
    if (typed.find(' ') == std::string_view::npos) {
        for (const auto& command : commands()) words.emplace_back(command.name);
        return words;
    }
    words = {"all", "last"};
    for (const auto& row : mailbox_.rows()) {
        words.push_back(std::to_string(row.message.number));
        if (row.message.identified()) words.push_back("uid:" + base::printable(row.message.uid));
    }
    return words;
}

void Shell::print(std::string_view text) const { StandardOutput{}.write(text); }

}
