#pragma once
// The mboxrd format: a "From " line, the message with every line that begins with any number of ">" and "From " quoted
// by one more ">", and an empty line. Taking one ">" away gives the message back (RFC 4155 leaves the quoting open;
// mboxrd is the reversible kind).

#include <string>
#include <string_view>

#include <popfetch/base/byte_sink.hpp>
#include <popfetch/base/time.hpp>

#include "content.hpp"

namespace popfetch::delivery {

/// The address in Return-Path, as it may stand in a "From " line; MAILER-DAEMON where there is none.
std::string sender_in(std::string_view beginning);

/// "From a@example.org Sat Nov 21 08:15:00 2026\n": asctime(3), in UTC, in nobody's language.
std::string from_line(std::string_view sender, base::WallTime received);

/// The whole: "From " line, quoted message, empty line.
void write_as_mbox(const Content& message, base::WallTime received, base::ByteSink& out);

/// Passes a message on as it stands in an mbox, without its "From " line.
class MboxQuoter final : public base::ByteSink {
public:
    explicit MboxQuoter(base::ByteSink& next) : next_{next} {}

    void write(std::string_view bytes) override;
    /// After the last byte: the line end that may be missing, and the empty line.
    void finish();

private:
    enum class At { quotes, word, text }; // only ">" so far in this line; within "From "; past the beginning

    std::size_t pass_text(std::string_view bytes);
    std::size_t pass_quotes(std::string_view bytes);
    std::size_t match_word(std::string_view bytes);

    base::ByteSink& next_;
    At at_ = At::quotes;
    std::size_t matched_ = 0; // octets of "From " seen and not yet passed on
    bool line_is_open_ = false;
};

}
