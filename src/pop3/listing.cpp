#include <popfetch/pop3/listing.hpp>

#include <algorithm>
#include <limits>

namespace popfetch::pop3 {

Message Listing::operator[](std::size_t index) const
{
    const auto& entry = entries_[index];
    return {entry.number, entry.size, std::string_view{uids_}.substr(entry.uid_at, entry.uid_length),
            entry.has_size != 0, entry.has_uid_line != 0};
}

std::optional<Message> Listing::find(std::uint32_t number) const
{
    const auto found = std::ranges::lower_bound(entries_, number, {}, &Entry::number);
    if (found == entries_.end() || found->number != number) return std::nullopt;
    return (*this)[static_cast<std::size_t>(found - entries_.begin())];
}

void Listing::add(const Message& message)
{
    constexpr std::uint32_t longest = (1U << 30) - 1;
    entries_.push_back({message.size, uids_.size(), message.number,
                        static_cast<std::uint32_t>(message.uid.size()) & longest, message.has_size,
                        message.has_uid_line});
    uids_ += message.uid;
    octets_ += std::min(message.believed_size(), std::numeric_limits<std::uint64_t>::max() - octets_); // sizes are the server's word
}

}
