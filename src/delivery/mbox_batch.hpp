#pragma once
// A batch of letters on its way into an mbox: one file beside the ledger, holding the text exactly as it will be
// appended, and before it the rollback note, which says where that is being done. Both are durable before the mbox is
// touched, so that whoever comes after a crash can tell what is ours and finish it.
//
//     octets 0 to 511       "popfetch mbox batch 1"
//     octets 512 to 4095    seven places for notes, used in turn: a torn one never harms the one before it
//     octets 4096 and on    the text
//
// When the text is in the mbox, durable, the file is renamed to NAME.done and keeps only its notes: publishing it again
// finds where everything is. It goes when the next batch is staged, or with the next run.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <popfetch/base/buffered_sink.hpp>

#include "staging_folder.hpp"

namespace popfetch::delivery {

/// Where a letter lies in the text of its batch, with its "From " line and the empty line behind it.
struct Extent {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

/// What is being appended, and where: `newlines` to repair the end of what was there, then the text from `text_from`
/// on.
struct RollbackNote {
    std::uint64_t base = 0; // the size of the mbox before
    std::uint64_t newlines = 0;
    std::uint64_t text_from = 0;
    std::uint64_t device = 0, inode = 0;

    std::string text(unsigned sequence) const;
    static std::optional<std::pair<unsigned, RollbackNote>> parse(std::string_view text);
};

/// Writes the letters one after the other. The batch is itself a draft: durable, and named, when it was staged.
class BatchWriter {
public:
    explicit BatchWriter(Draft& file);
    Extent add(const Draft& letter);
    void finish();

private:
    base::BufferedSink out_;
};

class BatchFile {
public:
    /// Nothing when it is not there, or not as it was staged.
    static std::optional<BatchFile> open(StagingFolder& folder, const Staged& staged);

    bool is_done() const noexcept { return done_; }
    const std::optional<RollbackNote>& note() const noexcept { return note_; }
    std::uint64_t text_size() const noexcept;
    /// `octets` of the text, into `into`.
    void read_text(std::uint64_t offset, char* into, std::size_t octets) const;

    /// Durable when it returns.
    void write_note(const RollbackNote& note);
    void mark_done();

private:
    BatchFile(StagingFolder& folder, Staged staged) : folder_{folder}, staged_{std::move(staged)} {}
    void read_notes();
    base::Path path() const { return folder_.path() / staged_.name; }

    StagingFolder& folder_;
    Staged staged_;
    base::Fd file_;
    bool done_ = false;
    unsigned sequence_ = 0; // of the next note
    std::optional<RollbackNote> note_;
};

}
