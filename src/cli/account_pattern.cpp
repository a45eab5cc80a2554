#include "account_pattern.hpp"

#include <fnmatch.h>

#include <popfetch/config/url.hpp>

namespace popfetch::cli {

bool is_pattern(std::string_view word)
{
    return word.find_first_of("*?[") != std::string_view::npos && !config::looks_like_url(std::string{word});
}

bool matches(const std::string& pattern, const std::string& name)
{
    return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

}
