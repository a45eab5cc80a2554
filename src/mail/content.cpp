#include "content.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace popfetch::mail {

namespace {

/// Calls `take` with the decoded octets, piece by piece, until it has had enough.
template<typename Take>
void decode(GMimePart* part, const Take& take)
{
    GMimeDataWrapper* const content = g_mime_part_get_content(part);
    GMimeStream* const encoded = content == nullptr ? nullptr : g_mime_data_wrapper_get_stream(content);
    if (encoded == nullptr) return;
    g_mime_stream_reset(encoded);
    const Object<GMimeStream> stream{g_mime_stream_filter_new(encoded)};
    const Object<GMimeFilter> decoder{g_mime_filter_basic_new(g_mime_data_wrapper_get_encoding(content), FALSE)};
    g_mime_stream_filter_add(GMIME_STREAM_FILTER(stream.get()), decoder.get());

    std::array<char, 16 * 1024> buffer{};
    for (;;) {
        const auto got = g_mime_stream_read(stream.get(), buffer.data(), buffer.size());
        if (got <= 0 || !take(std::string_view{buffer.data(), static_cast<std::size_t>(got)})) return;
    }
}

}

Content read_content(GMimePart* part, std::size_t limit)
{
    Content content;
    decode(part, [&](std::string_view octets) {
        const std::size_t room = limit - content.octets.size();
        content.octets += octets.substr(0, room);
        content.cut = octets.size() > room;
        return !content.cut;
    });
    return content;
}

std::uint64_t size_of_content(GMimePart* part)
{
    std::uint64_t size = 0;
    decode(part, [&](std::string_view octets) {
        size += octets.size();
        return true;
    });
    return size;
}

void pour_content(GMimePart* part, base::ByteSink& out)
{
    decode(part, [&](std::string_view octets) {
        out.write(octets);
        return true;
    });
}

}
