#pragma once
// What an Error says, as a value: for tests that look at its kind, its words and its exit status together.

#include <string>
#include <string_view>

#include <popfetch/base/error.hpp>

namespace popfetch::test {

struct Failure {
    std::string kind, text;
    base::ExitStatus status = base::ExitStatus::ok;

    bool says(std::string_view words) const { return text.find(words) != std::string::npos; }
    bool is_temporary() const { return status == base::ExitStatus::temporary; }
};

/// Empty when nothing was thrown.
template<typename Action>
Failure failure_of(Action action)
{
    try {
        action();
    } catch (const base::Error& error) {
        return {error.kind(), error.what(), error.status()};
    }
    return {};
}

}
