#pragma once
// Text that may hold a secret, while it is not yet a base::Secret: overwritten when it goes.

#include <string>
#include <utility>

#include <popfetch/base/secret.hpp>

namespace popfetch::config {

struct WipedText {
    explicit WipedText(std::string bytes) : text{std::move(bytes)} {}
    WipedText(const WipedText&) = delete;
    WipedText& operator=(const WipedText&) = delete;
    ~WipedText() { base::wipe(text.data(), text.size()); }

    std::string text;
};

}
