#pragma once
// Internationalised host names (IDNA 2008 with UTS 46 mapping). The work is libidn2's, loaded when a name needs it,
// just as the C library loads it for AI_IDN. AI_IDN itself would not do: it hands out the A-label only together with an
// answer from the DNS, and then as the canonical name, which an attacker chooses; the name that a certificate is
// compared with must come from the configuration alone.

#include <string>
#include <string_view>

namespace popfetch::net {

/// The A-label form of a UTF-8 name. Throws ConnectionError when it has none, or when libidn2 is not installed.
std::string to_a_label(std::string_view host);

}
