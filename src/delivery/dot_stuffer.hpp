#pragma once
// A stored message as SMTP and LMTP carry it (RFC 5321 §4.5.2): line ends CRLF, a dot more where a line begins with
// one, a line with a single dot behind it.

#include <popfetch/base/byte_sink.hpp>

namespace popfetch::delivery {

class DotStuffer final : public base::ByteSink {
public:
    explicit DotStuffer(base::ByteSink& next) : next_{next} {}

    void write(std::string_view bytes) override;
    /// After the last byte: the line end that may be missing, and the dot.
    void finish();

private:
    base::ByteSink& next_;
    bool at_line_start_ = true;
};

}
