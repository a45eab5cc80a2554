#include "gmime.hpp"

#include <array>
#include <mutex>

#include "charset.hpp"

namespace popfetch::mail {

namespace {

/// Messages inside messages stay closed: parsing their addresses can take GMime more stack than there is ("a:a:a:…").
void start()
{
    g_mime_init();
    for (const char* const subtype : {"rfc822", "rfc2822", "global", "news", "*"}) {
        g_mime_object_register_type("message", subtype, GMIME_TYPE_PART);
    }
}

}

void start_gmime()
{
    static std::once_flag once;
    std::call_once(once, start);
}

Options lenient_options()
{
    start_gmime();
    Options options{g_mime_parser_options_new()};
    std::array<const char*, 4> charsets{"utf-8", guessed_charset, "iso-8859-1", nullptr};
    g_mime_parser_options_set_fallback_charsets(options.get(), charsets.data());
    return options;
}

}
