#pragma once
// A terminal that understands just what the progress lines may use: \r, \n, ESC[K, ESC[nA and colours (which it
// forgets). Anything else it marks with "?".

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <popfetch/base/number.hpp>
#include <popfetch/base/printable.hpp>

namespace popfetch::output {

class Screen {
public:
    explicit Screen(std::string_view bytes)
    {
        for (std::size_t at = 0; at < bytes.size();) take(bytes, at);
    }

    /// The lines from the top, without empty ones at the end.
    std::vector<std::string> lines() const
    {
        std::vector<std::string> result;
        for (const auto& row : rows_) {
            std::string line;
            for (const std::string& cell : row) line += cell;
            result.push_back(line.substr(0, line.find_last_not_of(' ') + 1));
        }
        while (!result.empty() && result.back().empty()) result.pop_back();
        return result;
    }
    std::size_t cursor_row() const { return row_; }

private:
    void take(std::string_view bytes, std::size_t& at)
    {
        const std::size_t start = at;
        base::next_code_point(bytes, at);
        const auto character = bytes.substr(start, at - start);
        if (character == "\r") {
            column_ = 0;
        } else if (character == "\n") {
            column_ = 0;
            ++row_;
        } else if (character == "\x1b") {
            escape(bytes, at);
        } else {
            put(character);
        }
    }

    void escape(std::string_view bytes, std::size_t& at)
    {
        const std::size_t letter = bytes.find_first_of("KAm", at);
        if (bytes.substr(at, 1) != "[" || letter == std::string_view::npos) return put("?");
        const auto number = bytes.substr(at + 1, letter - at - 1);
        at = letter + 1;
        if (bytes[letter] == 'K' && number.empty()) {
            if (row_ < rows_.size() && column_ < rows_[row_].size()) rows_[row_].resize(column_);
        } else if (bytes[letter] == 'A') {
            const auto up = base::parse_number<std::uint64_t>(number).value_or(1'000'000);
            if (up > row_) return put("?");
            row_ -= up;
        } else if (bytes[letter] != 'm') {
            put("?");
        }
    }

    void put(std::string_view character)
    {
        if (rows_.size() <= row_) rows_.resize(row_ + 1);
        if (rows_[row_].size() <= column_) rows_[row_].resize(column_ + 1, " ");
        rows_[row_][column_++] = character;
    }

    std::vector<std::vector<std::string>> rows_;
    std::size_t row_ = 0, column_ = 0;
};

}
