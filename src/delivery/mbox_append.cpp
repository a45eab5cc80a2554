#include "mbox_append.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <popfetch/base/error.hpp>
#include <popfetch/base/printable.hpp>

#include "exact_read.hpp"
#include "mbox_search.hpp"

namespace popfetch::delivery {

namespace {

constexpr std::size_t at_once = std::size_t{128} * 1024;

// What a note says is to stand at its base: newlines, then text.
class Addition {
public:
    Addition(const BatchFile& batch, const RollbackNote& note) : batch_{batch}, note_{note} {}

    std::uint64_t size() const { return note_.newlines + batch_.text_size() - note_.text_from; }

    /// At most at_once octets from `at` on; they stay valid until the next call.
    std::string_view piece(std::uint64_t at)
    {
        const auto octets = static_cast<std::size_t>(std::min<std::uint64_t>(size() - at, at_once));
        const auto newlines =
            static_cast<std::size_t>(at < note_.newlines ? std::min<std::uint64_t>(note_.newlines - at, octets) : 0);
        buffer_.assign(newlines, '\n');
        buffer_.resize(octets);
        batch_.read_text(note_.text_from + at + newlines - note_.newlines, buffer_.data() + newlines,
                         octets - newlines);
        return buffer_;
    }

private:
    const BatchFile& batch_;
    const RollbackNote& note_;
    std::string buffer_;
};

// How much of the addition stands in the mbox at the note's base.
std::uint64_t octets_there(const LockedMbox& mbox, Addition& addition, std::uint64_t base)
{
    const auto most = std::min(addition.size(), mbox.size() - base);
    std::string there;
    for (std::uint64_t at = 0; at < most;) {
        const auto ours = addition.piece(at).substr(0, static_cast<std::size_t>(most - at));
        there.resize(ours.size());
        read_exactly(mbox.fd(), base + at, there.data(), there.size(), mbox.path());
        const auto differs = std::ranges::mismatch(ours, there).in1 - ours.begin();
        at += static_cast<std::uint64_t>(differs);
        if (static_cast<std::size_t>(differs) < ours.size()) return at;
    }
    return most;
}

// Some file systems have made the file longer but not written into it when the power goes.
bool only_zeros(const LockedMbox& mbox, std::uint64_t from, std::uint64_t to)
{
    std::string piece;
    while (from < to) {
        piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(to - from, at_once)));
        read_exactly(mbox.fd(), from, piece.data(), piece.size(), mbox.path());
        if (piece.find_first_not_of('\0') != std::string::npos) return false;
        from += piece.size();
    }
    return true;
}

// Only if what stands behind the base is ours and nothing but ours.
void take_back(const LockedMbox& mbox, Addition& addition, std::uint64_t base) noexcept
{
    try {
        if (base + octets_there(mbox, addition, base) != mbox.size()) return;
        if (::ftruncate(mbox.fd(), static_cast<off_t>(base)) == 0) base::sync_file(mbox.fd(), mbox.path());
    } catch (const base::Error&) {
        // The note stays, and the next run looks again.
    }
}

// Most full disks and quotas are met here, before the first octet.
void reserve(const LockedMbox& mbox, std::uint64_t base, std::uint64_t octets)
{
#ifdef FALLOC_FL_KEEP_SIZE
    if (octets == 0 ||
        ::fallocate(mbox.fd(), FALLOC_FL_KEEP_SIZE, static_cast<off_t>(base), static_cast<off_t>(octets)) == 0)
        return;
    if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG || errno == EIO)
        throw base::SystemError{"write to", mbox.path().native(), errno};
#else
    (void)mbox, (void)base, (void)octets;
#endif
}

void write_rest(LockedMbox& mbox, const BatchFile& batch, const RollbackNote& note, std::uint64_t from)
{
    Addition addition{batch, note};
    try {
        reserve(mbox, note.base + from, addition.size() - from);
        for (auto at = from; at < addition.size();) {
            const auto piece = addition.piece(at);
            base::write_all_at(mbox.fd(), piece, note.base + at, mbox.path());
            at += piece.size();
        }
        base::sync_file(mbox.fd(), mbox.path());
    } catch (const base::SystemError&) {
        take_back(mbox, addition, note.base);
        throw;
    }
}

// maildir(5) on mbox: a message without a final newline is silently joined to the next.
std::uint64_t missing_newlines(const LockedMbox& mbox, std::uint64_t size)
{
    if (size < 2) return 0;
    std::array<char, 2> end{};
    read_exactly(mbox.fd(), size - end.size(), end.data(), end.size(), mbox.path());
    if (end[1] != '\n') return 2;
    return end[0] == '\n' ? 0 : 1;
}

RollbackNote append(LockedMbox& mbox, BatchFile& batch, std::uint64_t text_from)
{
    const auto size = mbox.size();
    const RollbackNote note{size, missing_newlines(mbox, size), text_from, mbox.file().device, mbox.file().inode};
    batch.write_note(note);
    write_rest(mbox, batch, note, 0);
    return note;
}

std::string left_behind(const LockedMbox& mbox, std::uint64_t base)
{
    return base::printable(mbox.path().native()) + ": a message that a crash cut short was left at offset " +
           std::to_string(base) + ": another program has written behind it; the message itself was delivered again";
}

}

RollbackNote bring_in(LockedMbox& mbox, BatchFile& batch, std::span<const Extent> letters,
                      const std::function<void(std::string_view)>& warn)
{
    const auto note = batch.note();
    if (!note) return append(mbox, batch, 0);

    const auto size = mbox.size();
    const bool same_mbox = mbox.is(static_cast<dev_t>(note->device), static_cast<ino_t>(note->inode));
    if (same_mbox && size >= note->base) {
        Addition addition{batch, *note};
        const auto there = octets_there(mbox, addition, note->base);
        const auto end = note->base + addition.size();
        // Synced once more: whoever wrote it may have died before that.
        if (there == addition.size() || note->base + there == size ||
            (size <= end && only_zeros(mbox, note->base + there, size))) {
            write_rest(mbox, batch, *note, there);
            return *note;
        }
        if (there > note->newlines && warn) warn(left_behind(mbox, note->base));
    }
    const auto from = first_missing(mbox, batch, letters);
    if (from < batch.text_size()) return append(mbox, batch, from);
    auto found = *note;
    found.text_from = from;
    return found;
}

}
