#include "download.hpp"

#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <unistd.h>

#include <popfetch/base/file.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/base/random.hpp>

#include "screen.hpp"

namespace popfetch::cli {

namespace {

class FileSink final : public base::ByteSink {
public:
    FileSink(base::Path path, int flags) : path_{std::move(path)}, file_{base::open_file(path_, flags)} {}
    void write(std::string_view bytes) override { base::write_all(file_.get(), bytes, path_); }
    void make_durable() { base::sync_file(file_.get(), path_); }

private:
    base::Path path_;
    base::Fd file_;
};

void give_name(const base::Path& partial, const base::Path& path)
{
    if (::link(partial.c_str(), path.c_str()) != 0) throw base::SystemError{"create", path.string(), errno};
    ::unlink(partial.c_str());
}

}

Destination::Destination(const std::string& to, std::size_t messages)
    : to_{to}, is_folder_{std::filesystem::is_directory(to)}
{
    if (to_ == "-" || is_folder_) return;
    const auto parent = base::Path{to}.parent_path();
    if (!parent.empty() && !std::filesystem::is_directory(parent))
        throw base::Error{base::ExitStatus::cannot_create, "file.missing",
                          base::printable(parent.string()) + ": there is no such folder", "make it first"};
    if (messages <= 1) return;
    throw base::Error{base::ExitStatus::usage, "usage.output",
                      to_ + ": is no folder, and there are " + std::to_string(messages) + " messages",
                      "name an existing folder"};
}

std::string Destination::store(const pop3::Message& message, pop3::Body& body) const
{
    if (to_ == "-") {
        StandardOutput out;
        body.pour_into(out);
        return to_;
    }
    const base::Path path =
        is_folder_ ? base::Path{to_} / ("message-" + std::to_string(message.number) + ".eml") : base::Path{to_};
    const base::Path partial = path.string() + ".part-" + base::random_hex(4);
    FileSink sink{partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW};
    try {
        body.pour_into(sink);
        sink.make_durable();
        give_name(partial, path);
    } catch (...) {
        ::unlink(partial.c_str());
        throw;
    }
    return path.string();
}

}
