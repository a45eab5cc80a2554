#pragma once
// What is in the maildrop: LIST and UIDL joined by message number. Compact: 100,000 messages take a few megabytes.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace popfetch::pop3 {

/// One message of this session. Numbers are meaningful only within it; `uid` points into its Listing.
struct Message {
    std::uint32_t number = 0;
    std::uint64_t size = 0; // octets as LIST has it; some servers only estimate
    std::string_view uid;   // empty: the server gave none that can serve as identity
    bool has_size = true;   // false: LIST says nothing, and `size` is 0, or nonsense (FAULTS L01)
    bool has_uid_line = true; // false: UIDL leaves it out, and may name it another time (FAULTS L02)
    /// What may be reckoned with.
    std::uint64_t believed_size() const { return has_size ? size : 0; }
    bool identified() const { return !uid.empty(); }
    /// True when so many octets are the whole message. Dovecot ends a last line that has no line end and does not count
    /// that; two octets too many are no sign of a message cut short.
    bool is_whole(std::uint64_t octets) const { return has_size && (octets == size || octets == size + 2); }
};

class Listing {
public:
    std::size_t size() const { return entries_.size(); }
    bool empty() const { return entries_.empty(); }
    Message operator[](std::size_t index) const;
    /// By message number; nothing when this session has no such message.
    std::optional<Message> find(std::uint32_t number) const;
    std::uint64_t octets() const { return octets_; }

    /// True when LIST and UIDL name the same messages, no line had to be skipped, and STAT, where it made sense, counts
    /// as many. Only such a listing tells what is gone (FAULTS P18). A message that only one of the two names is in the
    /// listing without what the other would have said of it.
    bool complete = false;
    /// False when the server does not do UIDL at all.
    bool has_uids = false;
    /// Lines that were skipped because they made no sense, for a warning.
    unsigned skipped_lines = 0;
    /// How many messages STAT counts that neither LIST nor UIDL names (FAULTS L03).
    std::uint64_t unlisted = 0;

    void reserve(std::size_t messages) { entries_.reserve(messages); }
    /// Numbers ascending. An empty `uid` is a message without identity.
    void add(std::uint32_t number, std::uint64_t size, std::string_view uid) { add({number, size, uid}); }
    void add(const Message& message);

private:
    struct Entry {
        std::uint64_t size;
        std::uint64_t uid_at;
        std::uint32_t number;
        std::uint32_t uid_length : 30;
        std::uint32_t has_size : 1;
        std::uint32_t has_uid_line : 1;
    };
    std::vector<Entry> entries_;
    std::string uids_;
    std::uint64_t octets_ = 0;
};

}
