#include <popfetch/pop3/listing.hpp>

#include <algorithm>
#include <limits>

namespace popfetch::pop3 {

Message Listing::operator[](std::size_t index) const
{
    const auto& entry = entries_[index];
    return {entry.number, entry.size, std::string_view{uids_}.substr(entry.uid_at, entry.uid_length)};
}

std::optional<Message> Listing::find(std::uint32_t number) const
{
    const auto found = std::ranges::lower_bound(entries_, number, {}, &Entry::number);
    if (found == entries_.end() || found->number != number) return std::nullopt;
    return (*this)[static_cast<std::size_t>(found - entries_.begin())];
}

void Listing::add(std::uint32_t number, std::uint64_t size, std::string_view uid)
{
    entries_.push_back({size, uids_.size(), number, static_cast<std::uint32_t>(uid.size())});
    uids_ += uid;
    octets_ += std::min(size, std::numeric_limits<std::uint64_t>::max() - octets_); // sizes are the server's word
}

}
