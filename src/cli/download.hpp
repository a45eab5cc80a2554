#pragma once
// Single messages, or their attachments, into files of the user's choice, for `save` and the shell.

#include <string>
#include <vector>

#include <popfetch/mail/summary.hpp>
#include <popfetch/pop3/maildrop.hpp>

#include "new_file.hpp"

namespace popfetch::cli {

/// Standard output ("-"), one new file, or a new file for each message in an existing folder, named by its UID. Nothing
/// is ever overwritten.
class Destination {
public:
    /// Throws base::Error (EX_USAGE) when several messages were to go into one file.
    Destination(const std::string& to, std::size_t messages);

    /// Returns where it went. Half a message is never left under its name. Throws base::SystemError.
    Stored store(const pop3::Message& message, pop3::Body& body) const;

private:
    std::string to_;
    bool is_folder_;
};

struct StoredAttachment {
    mail::Attachment attachment;
    Stored stored;
};

/// Throws base::Error (EX_CANTCREAT) for what is no folder.
void require_folder(const std::string& folder);

struct StoredAttachments {
    std::vector<StoredAttachment> files;
    bool are_all = true; // false: there is more in the message than popfetch takes apart
};

/// Each attachment of a message as a file in the folder, under the name that its sender gave it, made safe.
StoredAttachments store_attachments(const std::string& folder, pop3::Body& body);

}
