#include "download.hpp"

#include <algorithm>
#include <filesystem>

#include <popfetch/base/printable.hpp>

#include "readable.hpp"
#include "screen.hpp"

namespace popfetch::cli {

namespace {

base::Error no_such_folder(const base::Path& folder)
{
    return base::Error{base::ExitStatus::cannot_create, "file.missing",
                       base::printable(folder.string()) + ": there is no such folder", "make it first"};
}

// Numbers are of one session only, so the name is the UID; a server without UIDL has nothing better.
std::string name_of(const pop3::Message& message)
{
    std::string uid{message.uid};
    std::ranges::replace(uid, '/', '_');
    std::ranges::replace(uid, '\\', '_');
    return safe_name(uid, "message-" + std::to_string(message.number)) + ".eml";
}

}

Destination::Destination(const std::string& to, std::size_t messages)
    : to_{to}, is_folder_{std::filesystem::is_directory(to)}
{
    if (to_ == "-" || is_folder_) return;
    const auto parent = base::Path{to}.parent_path();
    if (!parent.empty() && !std::filesystem::is_directory(parent)) throw no_such_folder(parent);
    if (messages <= 1) return;
    throw base::Error{base::ExitStatus::usage, "usage.output",
                      to_ + ": is no folder, and there are " + std::to_string(messages) + " messages",
                      "name an existing folder"};
}

Stored Destination::store(const pop3::Message& message, pop3::Body& body) const
{
    const auto fill = [&body](base::ByteSink& sink) { body.pour_into(sink); };
    if (is_folder_) return make_file_in(to_, name_of(message), fill);
    if (to_ == "-") {
        StandardOutput out;
        fill(out);
    } else {
        make_file(to_, fill);
    }
    return {to_, false, false};
}

void require_folder(const std::string& folder)
{
    if (!std::filesystem::is_directory(folder)) throw no_such_folder(folder);
}

StoredAttachments store_attachments(const std::string& folder, pop3::Body& body)
{
    Beginning message{Beginning::all_that_is_read};
    body.pour_into(message);
    StoredAttachments stored;
    const auto take = [&](const mail::Attachment& attachment, const mail::Pour& pour) {
        const auto otherwise = "attachment-" + std::to_string(stored.files.size() + 1);
        stored.files.push_back({attachment, make_file_in(folder, safe_name(attachment.name, otherwise), pour)});
    };
    stored.are_all = mail::take_attachments(message.text, take) && !message.is_cut;
    return stored;
}

}
