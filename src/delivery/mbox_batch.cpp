#include "mbox_batch.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <popfetch/base/digest.hpp>
#include <popfetch/base/error.hpp>
#include <popfetch/base/number.hpp>

#include "exact_read.hpp"
#include "mbox_format.hpp"

namespace popfetch::delivery {

namespace {

constexpr std::string_view magic = "popfetch mbox batch 1\n";
constexpr std::size_t note_size = 512;
constexpr unsigned note_places = 7;
constexpr std::size_t head_size = note_size * (1 + note_places);
constexpr std::size_t checksum_digits = 16;

std::string checksum(std::string_view text) { return base::sha256_hex(text).substr(0, checksum_digits); }

off_t place_of_note(unsigned sequence) { return static_cast<off_t>(note_size * (1 + sequence % note_places)); }

}

std::string RollbackNote::text(unsigned sequence) const
{
    auto text = "note " + std::to_string(sequence);
    for (const auto number : {base, newlines, text_from, device, inode}) text += " " + std::to_string(number);
    return text + " " + checksum(text) + "\n";
}

std::optional<std::pair<unsigned, RollbackNote>> RollbackNote::parse(std::string_view text)
{
    constexpr std::string_view word = "note ";
    const auto end = text.find('\n');
    const auto blank = text.substr(0, end).rfind(' ');
    if (!text.starts_with(word) || end == std::string_view::npos) return std::nullopt;
    if (text.substr(blank + 1, end - blank - 1) != checksum(text.substr(0, blank))) return std::nullopt;

    text = text.substr(word.size(), blank - word.size());
    std::array<std::uint64_t, 6> numbers{};
    for (auto& number : numbers) {
        const auto digits = text.substr(0, text.find(' '));
        number = base::parse_number<std::uint64_t>(digits).value_or(0);
        text.remove_prefix(std::min(text.size(), digits.size() + 1));
    }
    return std::pair{static_cast<unsigned>(numbers[0]),
                     RollbackNote{numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]}};
}

BatchWriter::BatchWriter(Draft& file) : out_{file}
{
    std::string head{magic};
    head.resize(head_size, '\n');
    file.write(head);
}

Extent BatchWriter::add(const Draft& letter)
{
    const auto offset = out_.written();
    write_as_mbox(letter.content(), letter.envelope().received, out_);
    return {offset, out_.written() - offset};
}

void BatchWriter::finish() { out_.flush(); }

std::optional<BatchFile> BatchFile::open(StagingFolder& folder, const Staged& staged)
{
    BatchFile batch{folder, staged};
    const auto open_as = [&](const std::string& name) {
        batch.file_ = base::Fd{::openat(folder.fd(), name.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW)};
        if (!batch.file_ && errno != ENOENT) throw base::SystemError{"open", (folder.path() / name).native(), errno};
        return static_cast<bool>(batch.file_);
    };
    if (staged.name.empty()) return std::nullopt;
    if (!open_as(staged.name)) {
        batch.done_ = open_as(StagingFolder::done_name(staged.name));
        if (!batch.done_) return std::nullopt;
    }
    struct stat status = {};
    if (::fstat(batch.file_.get(), &status) != 0) throw base::SystemError{"look at", batch.path().native(), errno};
    const auto size = static_cast<std::uint64_t>(status.st_size);
    // mark_done() renames and then cuts. A power cut may keep the second and forget the first.
    if (size == head_size && staged.size > head_size) batch.done_ = true;
    if (!batch.done_ && size != staged.size) return std::nullopt;
    batch.read_notes();
    return batch;
}

void BatchFile::read_notes()
{
    std::array<char, head_size> head{};
    read_exactly(file_.get(), 0, head.data(), head.size(), path());
    for (unsigned place = 0; place < note_places; ++place) {
        const auto found = RollbackNote::parse({head.data() + place_of_note(place), note_size});
        if (!found || found->first < sequence_) continue;
        sequence_ = found->first + 1;
        note_ = found->second;
    }
}

std::uint64_t BatchFile::text_size() const noexcept
{
    return staged_.size - std::min<std::uint64_t>(staged_.size, head_size);
}

void BatchFile::read_text(std::uint64_t offset, char* into, std::size_t octets) const
{
    read_exactly(file_.get(), head_size + offset, into, octets, path());
}

void BatchFile::write_note(const RollbackNote& note)
{
    base::write_all_at(file_.get(), note.text(sequence_), static_cast<std::uint64_t>(place_of_note(sequence_)), path());
    base::sync_file(file_.get(), path());
    ++sequence_;
    note_ = note;
}

void BatchFile::mark_done()
{
    if (std::exchange(done_, true)) return;
    folder_.mark_done(staged_.name);
    (void)::ftruncate(file_.get(), head_size); // only to free the space
}

}
