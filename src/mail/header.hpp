#pragma once
// The fields at the beginning of a message, as octets (RFC 5322 §2.2), read the way the world writes them: LF or CRLF,
// a "From " or ">From " line in front, lines that are no fields in between (they are passed over), no end.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace popfetch::mail {

/// What a field says, as octets: unfolded, without NUL.
struct FieldText {
    std::string octets;
    bool cut = false; // longer than was asked for
};

/// The line of an mbox in front, "From …" or ">From …", with its line end; 0 where there is none.
std::size_t size_of_mbox_line(std::string_view message);
/// Up to the empty line, or to the body where a sender left the empty line out.
std::size_t size_of_header(std::string_view message);

class Header {
public:
    /// Of a message or the beginning of one. Looks at 256 KiB at most. `message` must outlive this.
    explicit Header(std::string_view message);

    /// The first field of that name, at most so many octets of it. Nothing: there is none.
    std::optional<FieldText> find(std::string_view name, std::size_t limit) const;

    /// Every field in its order, at most so many octets of each value.
    std::vector<std::pair<std::string_view, FieldText>> all(std::size_t limit) const;

    /// The charset of the body, a hint for 8-bit fields; may be empty.
    std::string charset() const;

private:
    std::vector<std::pair<std::string_view, std::string_view>> fields_; // names, and values still folded
};

}
