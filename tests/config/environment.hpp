#pragma once
// An environment variable for the length of a test.

#include <cstdlib>
#include <optional>
#include <string>

namespace popfetch::tests {

class Variable {
public:
    /// No value: the variable is not set.
    Variable(std::string name, std::optional<std::string> value) : name_{std::move(name)}
    {
        if (const char* const before = std::getenv(name_.c_str())) before_ = before;
        set(value);
    }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;
    ~Variable() { set(before_); }

private:
    void set(const std::optional<std::string>& value)
    {
        if (value)
            ::setenv(name_.c_str(), value->c_str(), 1);
        else
            ::unsetenv(name_.c_str());
    }

    std::string name_;
    std::optional<std::string> before_;
};

}
