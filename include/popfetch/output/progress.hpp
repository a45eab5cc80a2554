#pragma once
// The progress of several accounts on a terminal: one line each, rewritten in place (SCREENS: fetch). Nothing anywhere
// else. Thread-safe: accounts run side by side.
//
// Texts are printable and without colours: they are measured and cut. A terminal that cannot be written to is left
// alone; nothing here throws for it, since the mail matters more than the picture of it. Numbers are redrawn ten times
// a second at most, everything else at once. There is no thread behind it: where nothing happens, nothing is drawn.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace popfetch::output {

class Progress {
public:
    using Clock = std::function<std::chrono::steady_clock::time_point()>;

    /// Draws on `descriptor` (stderr) `width` columns wide; a terminal there is asked for its size each time.
    /// `accounts` in the order of their lines; those of which nothing was said have none. More than the terminal has
    /// rows: only those under way are shown.
    Progress(int descriptor, unsigned width, bool color, std::vector<std::string> accounts,
             Clock clock = std::chrono::steady_clock::now);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    /// Takes the lines away and leaves the final ones of done(), whole and in order.
    ~Progress();

    void stage(std::size_t account, std::string_view text); // "logging in"
    void planned(std::size_t account, std::uint64_t messages, std::uint64_t octets);
    void received(std::size_t account, std::uint64_t octets); // so many more
    void finished_message(std::size_t account);
    /// Its final line, whole, the account's name included. Empty: its line goes.
    void done(std::size_t account, std::string_view text);
    /// Prints a line above the progress lines, whole; it stays.
    void print(std::string_view line);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// One line as it would be drawn: "work  ━━━━╸────  312/410  18.4M of 24.1M  3.1M/s  0:02". What does not fit into
/// `width` is left out, the rate first. No rate, no time left: none is known yet.
std::string progress_line(std::string_view account, unsigned name_columns, std::uint64_t messages,
                          std::uint64_t of_messages, std::uint64_t octets, std::uint64_t of_octets,
                          double octets_per_second, unsigned width);

}
