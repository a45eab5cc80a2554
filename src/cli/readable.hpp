#pragma once
// A message for people: headers that matter, text, attachments listed.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <popfetch/base/byte_sink.hpp>
#include <popfetch/output/record.hpp>
#include <popfetch/pop3/listing.hpp>

namespace popfetch::cli {

/// A message in memory to be made readable: so much of it, the rest is passed over.
class Beginning final : public base::ByteSink {
public:
    static constexpr std::size_t all_that_is_read = 256U << 20; // see mail::read

    explicit Beginning(std::size_t most = 32U << 20) : most_{most} {}
    void write(std::string_view bytes) override
    {
        const auto room = most_ - text.size();
        is_cut = is_cut || bytes.size() > room;
        text.append(bytes.substr(0, std::min(bytes.size(), room)));
    }
    std::string text;
    bool is_cut = false;

private:
    std::size_t most_;
};

/// Safe for a terminal: no control characters but the newline.
std::string readable_text(std::string_view message);
/// With every field of the header; without `is_whole` what the body holds is null.
output::Record readable_record(const pop3::Message& listed, std::string_view message, bool is_whole);

/// Each line through printable(), tabs as blanks.
std::string printable_lines(std::string_view text);

}
