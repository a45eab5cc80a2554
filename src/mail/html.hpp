#pragma once
// HTML as text, for mail that has nothing else. Not a browser: tags go, paragraphs become lines, links show where they
// lead. Nothing is fetched, nothing is run, and time and memory are linear in the text, whatever it holds.
//
// Ours and not a library's, since the mail is a stranger's: gumbo 0.10.1 works for more than a minute on 1 MiB of nested
// <div> (measured; its upkeep has ended), and libxml2 loads ICU, 30 MB, in Debian. Neither makes text of what it parsed.

#include <string>
#include <string_view>

namespace popfetch::mail {

/// `html` is valid UTF-8, and so is the text. Blank lines are never more than one in a row.
std::string text_of_html(std::string_view html);

}
