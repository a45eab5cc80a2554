#include "content.hpp"

#include <algorithm>

#include "exact_read.hpp"

namespace popfetch::delivery {

namespace {

constexpr std::size_t read_at_once = std::size_t{128} * 1024;

}

void Content::read_back(base::ByteSink& sink) const
{
    if (!file) return sink.write(memory);
    std::string piece(static_cast<std::size_t>(std::min<std::uint64_t>(size, read_at_once)), '\0');
    for (std::uint64_t at = 0; at < size; at += piece.size()) {
        piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), size - at)));
        read_exactly(file.get(), at, piece.data(), piece.size(), path);
        sink.write(piece);
    }
}

std::string Content::beginning(std::size_t octets) const
{
    if (!file) return memory.substr(0, octets);
    std::string text(static_cast<std::size_t>(std::min<std::uint64_t>(octets, size)), '\0');
    read_exactly(file.get(), 0, text.data(), text.size(), path);
    return text;
}

}
