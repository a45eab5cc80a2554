#include "survey.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <popfetch/base/sandbox.hpp>

#include "folder_checks.hpp"

namespace popfetch::delivery {

namespace {

// ">From ", ">>From ": what mboxrd has added one ">" to.
bool is_quoted(std::string_view line)
{
    const auto text = line.find_first_not_of('>');
    return text != std::string_view::npos && text > 0 && line.substr(text).starts_with("From ");
}

// To leave it out would be to fetch its message again.
void refuse_what_the_sandbox_hides(const base::Path& path, int error)
{
    if (error != EACCES || !base::Sandbox::is_entered()) return;
    if (::faccessat(AT_FDCWD, path.c_str(), R_OK, AT_EACCESS) != 0) return;
    throw bad_target(path, "lies in the home folder, which a run that is confined may not read",
                     "use --adopt with --no-sandbox");
}

}

void RestingReader::write(std::string_view bytes)
{
    if (bytes.empty()) return;
    const auto line_ends = static_cast<std::uint64_t>(std::ranges::count(bytes, '\n'));
    message_.octets += bytes.size() + line_ends;
    last_ = bytes.back();
    if (!in_head_) return;
    const auto from = message_.head.size() - std::min<std::size_t>(message_.head.size(), 1);
    message_.head.append(bytes.substr(0, longest_head - message_.head.size()));
    const auto end = message_.head.starts_with('\n') ? 0 : message_.head.find("\n\n", from);
    if (end == std::string::npos && message_.head.size() < longest_head) return;
    if (end != std::string::npos) message_.head.resize(end + 1);
    in_head_ = false;
}

Resting RestingReader::take()
{
    if (last_ != '\n') message_.octets += 2; // a server ends the last line
    in_head_ = true;
    last_ = '\n';
    return std::exchange(message_, {});
}

void survey_file(const base::Path& path, const See& see)
{
    std::ifstream file{path, std::ios::binary};
    if (!file) return refuse_what_the_sandbox_hides(path, errno);
    RestingReader reader;
    std::string chunk(64U << 10, '\0');
    while (file.read(chunk.data(), static_cast<std::streamsize>(chunk.size())) || file.gcount() > 0)
        reader.write({chunk.data(), static_cast<std::size_t>(file.gcount())});
    see(reader.take());
}

void survey_mbox(const base::Path& path, const See& see)
{
    std::ifstream file{path, std::ios::binary};
    RestingReader reader;
    std::string line;
    bool begun = false;
    bool owed = false; // an empty line that may belong to the format, before "From "
    while (std::getline(file, line)) {
        if (line.starts_with("From ") && (owed || !begun)) {
            if (std::exchange(begun, true)) see(reader.take());
            owed = false;
            continue;
        }
        if (std::exchange(owed, line.empty())) reader.write("\n");
        if (!line.empty()) reader.write((is_quoted(line) ? line.substr(1) : line) + "\n");
    }
    if (begun) see(reader.take());
}

}
