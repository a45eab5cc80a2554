#pragma once
// RFC 4648 §4.

#include <optional>
#include <string>
#include <string_view>

#include <popfetch/base/secret.hpp>

namespace popfetch::base {

std::string to_base64(std::string_view bytes);
Secret to_base64(const Secret& bytes);

/// Strict: padding required, no white space, no bits left over; nothing when it is not base64 (FAULTS A06).
std::optional<std::string> from_base64(std::string_view text);

std::string to_hex(std::string_view bytes);

}
