#pragma once
// SASLprep (RFC 4013): the one form of a name or password that both sides hash.

#include <string>

#include <popfetch/base/secret.hpp>

namespace popfetch::sasl {

/// The prepared text, or the text as it is where SASLprep has no form for it: not UTF-8, or newer than Unicode 3.2,
/// such as an emoji. Servers that accept such passwords keep them unprepared too; the others say no.
base::Secret saslprep(const base::Secret& text);
std::string saslprep(const std::string& text);

}
