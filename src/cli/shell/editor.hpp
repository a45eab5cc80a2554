#pragma once
// Lines from a person, with editing, history and completion (libedit); or from a script on standard input, as they are.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace popfetch::cli {

class LineEditor {
public:
    /// The words that may stand at the end of what was typed so far.
    using Completions = std::function<std::vector<std::string>(std::string_view typed)>;

    LineEditor(std::string prompt, Completions completions);
    LineEditor(const LineEditor&) = delete;
    LineEditor& operator=(const LineEditor&) = delete;
    ~LineEditor();

    /// Calls `tick` whenever nobody has typed for `interval`, so that the line to the server stays alive.
    void while_waiting(std::chrono::milliseconds interval, std::function<void()> tick);

    /// The next line without its line end; nothing at the end of the input. Throws base::Interrupted, and what `tick`
    /// threw.
    std::optional<std::string> read();

    bool interactive() const;

private:
    struct Terminal;
    std::unique_ptr<Terminal> terminal_; // null: standard input is no terminal
};

/// What completion adds to `typed`: the longest text that all candidates beginning with its last word share; a blank
/// behind a single one.
std::string completed_by(std::string_view typed, const std::vector<std::string>& candidates);

}
