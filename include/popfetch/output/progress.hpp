#pragma once
// The progress of several accounts on a terminal: one line each, rewritten in place (SCREENS: fetch). Nothing anywhere else.
// Thread-safe: accounts run side by side.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace popfetch::output {

class Progress {
public:
    /// Draws on `descriptor` (stderr) `width` columns wide. `accounts` in the order of their lines.
    Progress(int descriptor, unsigned width, bool color, std::vector<std::string> accounts);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress();                                   // takes the lines away

    void stage(std::size_t account, std::string_view text);                            // "logging in"
    void planned(std::size_t account, std::uint64_t messages, std::uint64_t octets);
    void received(std::size_t account, std::uint64_t octets);
    void finished_message(std::size_t account);
    void done(std::size_t account, std::string_view text);                             // its final line
    /// Prints a line above the progress lines, whole.
    void print(std::string_view line);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// One line as it would be drawn, for tests: "work  ━━━━╸────  312/410  18.4M of 24.1M  3.1M/s  0:02".
std::string progress_line(std::string_view account, unsigned name_columns, std::uint64_t messages, std::uint64_t of_messages,
                          std::uint64_t octets, std::uint64_t of_octets, double octets_per_second, unsigned width);

}
