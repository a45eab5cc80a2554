#pragma once
// The decoded fields of a header that has been taken apart: what summarize() and read() have in common.

#include <string>
#include <string_view>
#include <vector>

#include <popfetch/mail/summary.hpp>

#include "header.hpp"

namespace popfetch::mail {

Summary summarize(const Header& header);

/// With its encoded words (RFC 2047) read; valid UTF-8.
std::string decoded(const std::string& utf8);

/// The addresses of one field; `charset` is the body's.
std::vector<Address> read_addresses(const Header& header, std::string_view name, const std::string& charset);

}
