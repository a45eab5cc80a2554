#pragma once
// All fields of a header, decoded, in the order in which they stand: for who asks for one that a Summary does not have.
//
//     for (const auto& field : mail::read_fields(head)) use(field.name, field.value);
//
// Any thread may call.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace popfetch::mail {

struct Field {
    std::string name;  // as it was written
    std::string value; // unfolded, decoded, valid UTF-8; of more than 64 KiB the beginning, with "…"
    std::optional<std::string> value_raw; // unfolded octets, where they were not valid UTF-8
};

/// Of a message, or of the beginning of one, as summarize() reads it: 256 KiB at most, and never throws for what it
/// holds.
std::vector<Field> read_fields(std::string_view head);

}
