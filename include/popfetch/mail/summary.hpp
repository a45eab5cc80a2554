#pragma once
// The header of a message as people and scripts want it: decoded (RFC 2047, RFC 2231, RFC 6532, old charsets, broken encodings), by GMime.
// Never throws for what a message contains. All text is valid UTF-8; it is foreign, so to a terminal only through printable().

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <popfetch/base/byte_sink.hpp>
#include <popfetch/base/time.hpp>

namespace popfetch::mail {

struct Address {
    std::string name;
    std::string address;
};

struct Summary {
    std::vector<Address> from, to;
    std::string subject;
    std::optional<base::WallTime> date;
    std::string message_id;                    // without angle brackets
    std::optional<std::string> subject_raw;    // the original octets, where they were not valid UTF-8
};

/// Of a message, or of the beginning of one (TOP n 0). Reads at most the first 256 KiB of header.
Summary summarize(std::string_view head);

/// One part of a message that is not shown as text.
struct Attachment {
    std::string name;                          // may be empty
    std::string media_type;
    std::uint64_t size = 0;                    // decoded octets
};

struct Readable {
    Summary summary;
    std::vector<Address> cc;
    std::string text;                          // the text part, decoded; HTML only where there is no plain text, tags removed
    bool from_html = false;
    std::vector<Attachment> attachments;
};

/// A whole message made readable. Bounded: nesting, number of parts and text size; what is beyond is cut and said so in the text.
Readable read(std::string_view message);

}
