#include "dot_stuffer.hpp"

#include <algorithm>

namespace popfetch::delivery {

void DotStuffer::write(std::string_view bytes)
{
    while (!bytes.empty()) {
        if (at_line_start_ && bytes.front() == '.') next_.write(".");
        const auto end = std::min(bytes.find('\n'), bytes.size());
        next_.write(bytes.substr(0, end));
        at_line_start_ = end < bytes.size();
        if (!at_line_start_) return;
        next_.write("\r\n");
        bytes.remove_prefix(end + 1);
    }
}

void DotStuffer::finish()
{
    if (!at_line_start_) next_.write("\r\n");
    next_.write(".\r\n");
    at_line_start_ = true;
}

}
