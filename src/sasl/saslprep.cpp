#include "saslprep.hpp"

#include <algorithm>
#include <cstring>

#include <gsasl.h>

namespace popfetch::sasl {

namespace {

bool is_plain_ascii(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < '\x7f'; });
}

}

base::Secret saslprep(const base::Secret& text)
{
    if (is_plain_ascii(text.reveal())) return text; // SASLprep changes nothing, and no copy leaves the Secret

    auto terminated = text;
    terminated.append(std::string_view{"\0", 1});
    char* prepared = nullptr;
    if (gsasl_saslprep(terminated.reveal().data(), GSASL_ALLOW_UNASSIGNED, &prepared, nullptr) != GSASL_OK) return text;

    const auto size = std::strlen(prepared);
    base::Secret result{std::string_view{prepared, size}};
    base::wipe(prepared, size);
    gsasl_free(prepared);
    return result;
}

std::string saslprep(const std::string& text) { return std::string{saslprep(base::Secret{text}).reveal()}; }

}
