#include "shown_path.hpp"

#include <cstdlib>

namespace popfetch::cli {

std::string with_tilde(std::string_view text)
{
    const char* set = std::getenv("HOME");
    std::string home{set ? set : ""};
    while (home.ends_with('/')) home.pop_back();
    if (home.empty()) return std::string{text};
    home += '/';

    std::string result;
    for (auto at = text.find(home); at != std::string_view::npos; at = text.find(home)) {
        const bool begins = at == 0 || text[at - 1] == ' ' || text[at - 1] == ':';
        result.append(text.substr(0, at)).append(begins ? "~/" : home);
        text.remove_prefix(at + home.size());
    }
    return result.append(text);
}

}
