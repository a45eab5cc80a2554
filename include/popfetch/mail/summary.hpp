#pragma once
// Messages as people and scripts want them: decoded (RFC 2047, RFC 2231, RFC 6532, old charsets, broken encodings), by
// GMime. Never throws for what a message contains, and needs time and memory in proportion to what it looks at. All
// text is valid UTF-8; it is foreign, so to a terminal only through printable(). Control characters stay in it; NUL
// does not.
//
//     const auto summary = mail::summarize(head);     // from TOP n 0
//     const auto message = mail::read(bytes);         // a whole one
//
// Any thread may call.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <popfetch/base/byte_sink.hpp>
#include <popfetch/base/time.hpp>

namespace popfetch::mail {

/// Either may be empty: of "undisclosed-recipients:;" and of what holds no address there is only a name.
struct Address {
    std::string name;
    std::string address;
};

struct Summary {
    std::vector<Address> from, to; // members of groups one by one; at most 1,000
    std::string subject;           // longer than 4 KiB is cut, with "…" (FAULTS O08)
    /// Nothing for one that cannot be read or cannot be meant: before 1971, after 2199.
    std::optional<base::WallTime> date;
    std::string message_id;                 // without angle brackets
    std::optional<std::string> subject_raw; // the original octets, where they were not valid UTF-8
};

/// Of a message, or of the beginning of one (TOP n 0), with LF or CRLF. Of several fields of a name the first counts.
/// 8-bit text without a charset is UTF-8, or in the charset of the body, or windows-1252. Reads 256 KiB
/// at most.
Summary summarize(std::string_view head);

/// One part of a message that is not shown as text. A message inside a message is one.
struct Attachment {
    std::string name; // as the sender has it: to show, not a path to open; may be empty
    std::string media_type;
    std::uint64_t size = 0; // decoded octets
};

struct Readable {
    Summary summary;
    std::vector<Address> cc;
    std::string text;       // all text parts, decoded, LF; of alternatives the plain one, HTML only where that is blank
    bool from_html = false; // some of it was HTML: tags removed, links shown
    std::vector<Attachment> attachments;
};

/// A whole message made readable. Bounded: 256 MiB; 50,000 boundaries; of all headers together 100,000 lines and 2 MiB;
/// 32 levels, 500 parts, 1 MiB of text. What is beyond is cut and said so in the text, in brackets.
Readable read(std::string_view message);

/// What an attachment holds, decoded, into a sink. Throws what the sink throws.
using Pour = std::function<void(base::ByteSink&)>;

/// Calls `take` for each of read().attachments, in the same order; `Pour` is good during the call only. Returns whether
/// that was all: of a message beyond the bounds of read() nothing is taken, of too many parts the first. Throws what
/// `take` throws.
bool take_attachments(std::string_view message, const std::function<void(const Attachment&, const Pour&)>& take);

}
