#pragma once
// Single messages into files of the user's choice, for `save` and the shell.

#include <string>

#include <popfetch/pop3/maildrop.hpp>

namespace popfetch::cli {

/// Standard output ("-"), one new file, or a new file for each message in an existing folder. Nothing is ever
/// overwritten.
class Destination {
public:
    /// Throws base::Error (EX_USAGE) when several messages were to go into one file.
    Destination(const std::string& to, std::size_t messages);

    /// Returns where it went. Half a message is never left under its name. Throws base::SystemError.
    std::string store(const pop3::Message& message, pop3::Body& body) const;

private:
    std::string to_;
    bool is_folder_;
};

}
