#pragma once
// A message for people: headers that matter, text, attachments listed.

#include <string>
#include <string_view>

#include <popfetch/output/record.hpp>
#include <popfetch/pop3/listing.hpp>

namespace popfetch::cli {

/// Safe for a terminal: no control characters but the newline.
std::string readable_text(std::string_view message);
output::Record readable_record(const pop3::Message& listed, std::string_view message);

/// Each line through printable(), tabs as blanks.
std::string printable_lines(std::string_view text);

}
