#pragma once
// The lines of LIST and UIDL as servers really send them (FAULTS P19–P24, P43), and their joining by message number.
// Private to this module.
//
// Promises: a line without a message number is skipped; no number wraps; every message that either listing names comes
// out, and says what is not known of it (FAULTS L01–L03). Linear in the usual case of ascending numbers, n log n for
// whatever a hostile server sends.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <popfetch/pop3/listing.hpp>

namespace popfetch::pop3 {

/// RFC 1939 §7 says 70; the world has longer ones (FAULTS P21).
inline constexpr std::size_t longest_uid = 4096;

struct ScanLine {
    std::uint32_t number = 0;
    std::optional<std::uint64_t> size{}; // nothing where the server gives none that makes sense (FAULTS L01)
};
/// "1 120", with any blanks and whatever a server adds behind.
std::optional<ScanLine> parse_scan_line(std::string_view line);

struct UidLine {
    std::uint32_t number = 0;
    std::string_view uid; // empty where it cannot serve as identity: none, or too long
};
/// "1 whqtswO00WBw418f9t5JxYwZ": any blanks between, those at the end dropped, those within the UID kept (FAULTS P20).
std::optional<UidLine> parse_uid_line(std::string_view line);

class ListingParser {
public:
    void add_scan_line(std::string_view line);
    void add_uid_line(std::string_view line);

    /// Lines that were understood.
    std::size_t scan_lines() const { return scans_.size(); }
    std::size_t uid_lines() const { return uids_.size(); }
    unsigned skipped_lines() const { return skipped_; }

    /// LIST alone: every message without identity.
    Listing without_uids();
    /// Both, joined. `expected` is the count of STAT, where it made sense.
    Listing joined(std::optional<std::uint64_t> expected);

private:
    struct Uid {
        std::uint64_t at;
        std::uint32_t number;
        std::uint32_t length;
    };
    void put_in_order();
    void drop_repeated_uids();
    std::string_view text(const Uid& uid) const { return std::string_view{arena_}.substr(uid.at, uid.length); }

    std::vector<ScanLine> scans_;
    std::vector<Uid> uids_;
    std::string arena_;
    unsigned skipped_ = 0;
};

}
