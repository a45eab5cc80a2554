#include <algorithm>

#include <popfetch/smtp/session.hpp>

namespace popfetch::smtp {

void MessageData::write(std::string_view bytes)
{
    while (!bytes.empty()) {
        if (at_line_start_ && bytes.front() == '.') buffered_.write(".");
        const auto end = std::min(bytes.find('\n'), bytes.size());
        buffered_.write(bytes.substr(0, end));
        at_line_start_ = end < bytes.size();
        if (!at_line_start_) return;
        buffered_.write("\r\n");
        bytes.remove_prefix(end + 1);
    }
}

void MessageData::finish()
{
    if (!at_line_start_) buffered_.write("\r\n");
    buffered_.write(".\r\n");
    buffered_.flush();
    at_line_start_ = true;
}

}
