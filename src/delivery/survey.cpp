#include <popfetch/delivery/survey.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <popfetch/base/sandbox.hpp>

#include "folder_checks.hpp"

namespace popfetch::delivery {

namespace {

constexpr std::size_t longest_head = 64U << 10;
constexpr std::size_t longest_line_held = 64U << 10;

// "From ", ">From ", ">>From ": what stores tell from the line that begins a message.
bool is_from_line(std::string_view line)
{
    const auto text = line.find_first_not_of('>');
    return text != std::string_view::npos && line.substr(text).starts_with("From ");
}

bool is_quoted(std::string_view line) { return line.starts_with('>') && is_from_line(line); }

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
    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        line_.append(bytes.substr(0, end));
        if (end == std::string_view::npos) {
            // Held until it is known how it ends; a line without end is not.
            if (line_.size() > longest_line_held && !in_head_) {
                const char last = line_.back();
                line_.pop_back();
                message_.octets += line_.size();
                message_.body_octets += line_.size();
                digest_beginning(line_);
                is_continued_ = true;
                line_.assign(1, last);
            }
            return;
        }
        end_line();
        bytes.remove_prefix(end + 1);
    }
}

void RestingReader::end_line()
{
    std::string_view line = line_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    message_.octets += line.size() + 2;
    if (in_head_)
        add_to_head(line);
    else
        add_to_body(line);
    line_.clear();
    is_continued_ = false;
}

void RestingReader::add_to_head(std::string_view line)
{
    if (line.empty()) {
        in_head_ = false;
        return;
    }
    const auto room = longest_head - std::min(longest_head, message_.head.size());
    message_.head.append(line.substr(0, room));
    if (line.size() < room) message_.head += '\n';
}

void RestingReader::add_to_body(std::string_view line)
{
    message_.body_octets += line.size() + 2;
    if (line.empty() && !is_continued_) {
        ++empty_lines_;
        return;
    }
    digest_beginning(line);
    digest_.update("\n");
}

void RestingReader::digest_beginning(std::string_view text)
{
    for (; empty_lines_ > 0; --empty_lines_) digest_.update("\n");
    if (!is_continued_ && is_from_line(text)) {
        ++message_.from_lines;
        text.remove_prefix(text.find_first_not_of('>'));
    }
    digest_.update(text);
}

Resting RestingReader::take()
{
    if (!line_.empty() || is_continued_) end_line(); // a server ends the last line
    message_.body_digest = digest_.finish();
    in_head_ = true;
    empty_lines_ = 0;
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

namespace {

// Thunderbird's mboxes need no empty line before it: "From - Sat Nov 21 12:00:00 2026".
bool begins_of_thunderbird(std::string_view line)
{
    constexpr std::string_view mark = "From - ";
    constexpr std::array<std::string_view, 7> days{"Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat ", "Sun "};
    return line.starts_with(mark) && std::ranges::find(days, line.substr(mark.size(), 4)) != days.end();
}

}

void survey_mbox(const base::Path& path, const See& see)
{
    std::ifstream file{path, std::ios::binary};
    RestingReader reader;
    std::string line;
    bool begun = false;
    bool owed = false; // an empty line that may belong to the format, before "From "
    while (std::getline(file, line)) {
        if (line.ends_with('\r')) line.pop_back();
        if ((line.starts_with("From ") && (owed || !begun)) || begins_of_thunderbird(line)) {
            if (std::exchange(begun, true)) see(reader.take());
            owed = false;
            continue;
        }
        if (std::exchange(owed, line.empty())) reader.write("\n");
        if (!line.empty()) reader.write((is_quoted(line) ? line.substr(1) : line) + "\n");
    }
    if (begun) see(reader.take());
}

namespace {

bool is_mbox(const base::Path& path)
{
    std::ifstream file{path, std::ios::binary};
    std::array<char, 5> begin{};
    return file.read(begin.data(), begin.size()) && std::string_view{begin.data(), begin.size()} == "From ";
}

// Files of a maildir are messages whatever they begin with.
bool is_in_maildir(const base::Path& path)
{
    const auto folder = path.parent_path().filename();
    return folder == "cur" || folder == "new";
}

void survey_one(const base::Path& path, bool is_message, const See& see)
{
    if (is_mbox(path))
        survey_mbox(path, see);
    else if (is_message)
        survey_file(path, see);
}

}

void survey_place(const base::Path& path, const See& see)
{
    std::error_code error;
    if (std::filesystem::is_regular_file(path, error)) return survey_one(path, true, see);
    std::filesystem::recursive_directory_iterator entries{
        path, std::filesystem::directory_options::skip_permission_denied, error};
    if (error) throw base::SystemError{"read", path.string(), error.value()};
    for (const auto& entry : entries)
        if (entry.is_regular_file(error))
            survey_one(entry.path(), is_in_maildir(entry.path()) || entry.path().extension() == ".eml", see);
}

}
