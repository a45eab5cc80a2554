#pragma once
// Takes secrets out of a foreign text before it is shown: servers repeat commands that they do not understand, with the
// password or token in it, plain or in any of the forms in which it may have been sent.

#include <string>
#include <string_view>
#include <vector>

#include <popfetch/base/secret.hpp>

namespace popfetch::base {

class Masker {
public:
    /// From now on the secret is hidden as it is, in base64 with and without padding, percent-encoded, and with
    /// backslashes before quotation marks. Secrets of fewer than four octets are not looked for: they would hide
    /// ordinary text.
    void hide(const Secret& secret);

    /// The text with "<hidden>" in place of each.
    std::string mask(std::string_view text) const;

private:
    void add(Secret form);

    std::vector<Secret> forms_; // the longest first
};

}
