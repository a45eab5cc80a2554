#include "editor.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <exception>
#include <iostream>
#include <utility>

#include <histedit.h>
#include <poll.h>
#include <unistd.h>

#include <popfetch/base/interrupt.hpp>

#include "../screen.hpp"

namespace popfetch::cli {

struct LineEditor::Terminal {
    Terminal(std::string text, Completions words) : prompt{std::move(text)}, completions{std::move(words)}
    {
        HistEvent event;
        ::history(log, &event, H_SETSIZE, 500);
        ::el_set(editor, EL_CLIENTDATA, this);
        ::el_set(editor, EL_PROMPT, &Terminal::prompt_of);
        ::el_set(editor, EL_GETCFN, &Terminal::next_character);
        ::el_set(editor, EL_HIST, ::history, log);
        ::el_set(editor, EL_EDITOR, "emacs");
        ::el_set(editor, EL_ADDFN, "complete", "complete the word", &Terminal::complete);
        ::el_set(editor, EL_BIND, "\t", "complete", nullptr);
        // While a line is edited Ctrl-C is a key; while a command runs it is the signal, as everywhere.
        // "intr=" takes the signal off the key, "-intr" keeps libedit from taking it over from the terminal again.
        ::el_set(editor, EL_SETTY, "-d", "intr=", "-intr", nullptr);
        ::el_set(editor, EL_ADDFN, "clear-or-interrupt", "clear the line, or end", &Terminal::clear_or_interrupt);
        ::el_set(editor, EL_BIND, "^C", "clear-or-interrupt", nullptr);
        ::el_source(editor, nullptr); // the user's own ~/.editrc
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal()
    {
        ::el_end(editor);
        ::history_end(log);
    }

    static Terminal& of(EditLine* editor)
    {
        Terminal* self = nullptr;
        ::el_get(editor, EL_CLIENTDATA, &self);
        return *self;
    }
    static char* prompt_of(EditLine* editor) { return of(editor).prompt.data(); }

    // libedit asks for one character; meanwhile the server must not fall asleep, and a signal must end the wait.
    static int next_character(EditLine* editor, wchar_t* character)
    {
        auto& self = of(editor);
        std::array<pollfd, 2> waits{pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{base::wake_descriptor(), POLLIN, 0}};
        while (::poll(waits.data(), waits.size(), self.interval_in_milliseconds()) <= 0) {
            if (base::interrupt_signal() != 0 || !self.tick_is_well()) return 0;
        }
        if (base::interrupt_signal() != 0) return 0;
        return self.decode(character);
    }

    // No exception may pass through libedit, which is C; read() throws it on.
    bool tick_is_well() noexcept
    {
        try {
            if (tick) tick();
        } catch (...) {
            failure = std::current_exception();
        }
        return failure == nullptr;
    }

    int decode(wchar_t* character)
    {
        std::mbstate_t state{};
        char byte = 0;
        while (::read(STDIN_FILENO, &byte, 1) == 1) {
            const auto used = std::mbrtowc(character, &byte, 1, &state);
            if (used == static_cast<std::size_t>(-1)) return -1;
            if (used != static_cast<std::size_t>(-2)) return 1;
        }
        return 0;
    }

    int interval_in_milliseconds() const { return interval.count() > 0 ? static_cast<int>(interval.count()) : -1; }

    static unsigned char complete(EditLine* editor, int)
    {
        const auto* line = ::el_line(editor);
        const std::string_view typed{line->buffer, static_cast<std::size_t>(line->cursor - line->buffer)};
        const auto addition = completed_by(typed, of(editor).completions(typed));
        if (addition.empty()) return CC_ERROR;
        ::el_insertstr(editor, addition.c_str());
        return CC_REFRESH;
    }

    // A line that holds something is cleared; an empty one ends the session, as the signal does.
    static unsigned char clear_or_interrupt(EditLine* editor, int)
    {
        const auto* line = ::el_line(editor);
        if (line->lastchar == line->buffer) {
            ::raise(SIGINT);
            return CC_NORM;
        }
        const auto cursor = ::el_cursor(editor, static_cast<int>(line->lastchar - line->cursor));
        ::el_deletestr(editor, cursor);
        return CC_REFRESH;
    }

    std::string prompt;
    Completions completions;
    std::chrono::milliseconds interval{0};
    std::function<void()> tick;
    std::exception_ptr failure;
    EditLine* editor = ::el_init("popfetch", stdin, stdout, stderr);
    History* log = ::history_init();
};

LineEditor::LineEditor(std::string prompt, Completions completions)
{
    if (is_terminal(STDIN_FILENO) && is_terminal(STDOUT_FILENO))
        terminal_ = std::make_unique<Terminal>(std::move(prompt), std::move(completions));
}

LineEditor::~LineEditor() = default;

bool LineEditor::interactive() const { return terminal_ != nullptr; }

void LineEditor::while_waiting(std::chrono::milliseconds interval, std::function<void()> tick)
{
    if (!terminal_) return;
    terminal_->interval = interval;
    terminal_->tick = std::move(tick);
}

std::optional<std::string> LineEditor::read()
{
    std::string line;
    if (!terminal_) {
        const bool got = static_cast<bool>(std::getline(std::cin, line));
        base::throw_if_interrupted();
        return got ? std::optional{line} : std::nullopt;
    }
    int count = 0;
    const char* text = ::el_gets(terminal_->editor, &count);
    base::throw_if_interrupted();
    if (terminal_->failure) std::rethrow_exception(std::exchange(terminal_->failure, nullptr));
    if (!text || count <= 0) return std::nullopt;
    HistEvent event;
    ::history(terminal_->log, &event, H_ENTER, text);
    line.assign(text, static_cast<std::size_t>(count));
    while (line.ends_with('\n')) line.pop_back();
    return line;
}

std::string completed_by(std::string_view typed, const std::vector<std::string>& candidates)
{
    const auto blank = typed.find_last_of(' ');
    const auto word = typed.substr(blank == std::string_view::npos ? 0 : blank + 1);
    std::vector<std::string_view> fitting;
    for (const auto& candidate : candidates)
        if (candidate.starts_with(word)) fitting.emplace_back(candidate);
    if (fitting.empty()) return {};
    std::string_view common = fitting.front();
    for (const auto& candidate : fitting) {
        const auto [end, other] = std::ranges::mismatch(common, candidate);
        common = common.substr(0, static_cast<std::size_t>(end - common.begin()));
    }
    std::string addition{common.substr(word.size())};
    if (fitting.size() == 1) addition += ' ';
    return addition;
}

}
