#pragma once
// GMime's objects and strings as values that free themselves, and its start, once for all threads.

#include <memory>

#include <gmime/gmime.h>

namespace popfetch::mail {

/// Before anything else of GMime. Any thread, any number of times.
void start_gmime();

struct Unref {
    void operator()(void* object) const noexcept { g_object_unref(object); }
};
template<typename Type>
using Object = std::unique_ptr<Type, Unref>;

struct FreeText {
    void operator()(char* text) const noexcept { g_free(text); }
};
using Text = std::unique_ptr<char, FreeText>;

struct FreeOptions {
    void operator()(GMimeParserOptions* options) const noexcept { g_mime_parser_options_free(options); }
};
using Options = std::unique_ptr<GMimeParserOptions, FreeOptions>;

/// Lenient in everything, with our guess for 8-bit text of unknown origin.
Options lenient_options();

}
