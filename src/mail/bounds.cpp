#include "bounds.hpp"

#include <algorithm>

namespace popfetch::mail {

namespace {

class Walk {
public:
    Walk(const Bounds& bounds, std::string_view message) : bounds_{bounds}, message_{message.substr(0, bounds.message)}
    {
    }

    std::string_view reach()
    {
        while (at_ < message_.size() && pass_header()) leap_over_body();
        return message_.substr(0, at_);
    }

private:
    /// False where a bound is reached.
    bool pass_header()
    {
        while (at_ < message_.size()) {
            const auto end = std::min(message_.find('\n', at_), message_.size() - 1) + 1;
            const auto line = message_.substr(at_, end - at_);
            if (line == "\n" || line == "\r\n") {
                at_ = end;
                return true;
            }
            if (line.starts_with("--") && ++boundaries_ > bounds_.boundaries) return false;
            if (++lines_ > bounds_.header_lines) return false;
            const auto room = bounds_.header_octets - octets_;
            at_ += std::min(line.size(), room);
            octets_ += std::min(line.size(), room);
            if (line.size() > room) return false;
        }
        return true;
    }

    /// To the next line that may be a boundary, and have a header behind it.
    void leap_over_body()
    {
        if (at_ < message_.size() && !message_.substr(at_).starts_with("--"))
            at_ = std::min(message_.find("\n--", at_), message_.size() - 1) + 1;
    }

    const Bounds& bounds_;
    const std::string_view message_;
    std::size_t at_ = 0, boundaries_ = 0, lines_ = 0, octets_ = 0;
};

}

std::string_view within(const Bounds& bounds, std::string_view message) { return Walk{bounds, message}.reach(); }

}
