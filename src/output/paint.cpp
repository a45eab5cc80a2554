#include <popfetch/output/format.hpp>

namespace popfetch::output {

namespace {

/// The sixteen colours of every terminal, as its owner has set them: readable on dark and on light.
constexpr std::string_view start_of(Paint paint)
{
    switch (paint) {
    case Paint::good: return "\x1b[32m";
    case Paint::warning: return "\x1b[33m";
    case Paint::bad: return "\x1b[31m";
    case Paint::faint: return "\x1b[2m";
    case Paint::plain: break;
    }
    return {};
}

}

std::string painted(std::string_view text, Paint paint, bool color)
{
    const std::string_view start = start_of(paint);
    if (!color || start.empty() || text.empty()) return std::string{text};
    return std::string{start}.append(text).append("\x1b[0m");
}

}
