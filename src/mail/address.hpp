#pragma once
// Address lists (RFC 5322 §3.4), groups and broken ones included.

#include <string>
#include <string_view>
#include <vector>

#include <popfetch/mail/summary.hpp>

namespace popfetch::mail {

/// `field` is valid UTF-8, unfolded. Members of a group stand for themselves; a group without any is its name alone.
/// What holds no address is a name without one. At most 1,000.
std::vector<Address> parse_addresses(std::string_view field);

}
