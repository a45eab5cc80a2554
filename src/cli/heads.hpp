#pragma once
// What the headers of messages say that pass by in pieces, several of them before the first is asked for. Of each no
// more is kept than its summary.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <popfetch/mail/summary.hpp>

namespace popfetch::cli {

class Heads {
public:
    /// A piece of the message of that number, behind so many octets. One message after the other; at 0 one begins.
    void received(std::uint32_t number, std::uint64_t at, std::string_view octets);
    /// What its header said, once; empty where nothing of it came.
    mail::Summary take(std::uint32_t number);

private:
    void close();

    std::optional<std::uint32_t> open_; // whose header is not over
    std::string head_;
    std::unordered_map<std::uint32_t, mail::Summary> summaries_;
};

}
