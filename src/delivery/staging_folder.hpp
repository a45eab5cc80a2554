#pragma once
// The folder where letters wait, durable and out of sight, between stage() and publish(): tmp/ of a maildir, or a
// private folder beside the ledger. Makes drafts durable in a group, and clears up after runs that died.

#include <span>
#include <string>
#include <vector>

#include "draft.hpp"
#include "names.hpp"

namespace popfetch::delivery {

/// A letter that is durable in a staging folder.
struct Staged {
    std::string name;
    std::uint64_t size = 0;
};

class StagingFolder {
public:
    StagingFolder(base::Path path, Names names);

    /// Opens the folder, which must exist.
    void open();
    const base::Path& path() const noexcept { return path_; }
    int fd() const noexcept { return folder_.get(); }

    /// Removes what our dead runs left, except what is promised.
    void clear(std::span<const Staged> promised) const;
    /// Removes what has not the size that was promised: it was whole and durable once, then the file system was
    /// repaired.
    void remove_damaged(std::span<const Staged> promised) const;

    std::unique_ptr<Draft> begin(const Envelope& envelope);

    /// Every letter is a Draft that begin() gave out. All or none.
    std::vector<Staged> stage(std::span<const std::unique_ptr<Letter>> letters);

    /// For targets whose letters do not leave the folder when they are published: the file NAME becomes NAME.done, so
    /// that publishing again is told from never having been staged.
    void mark_done(const std::string& name);
    static std::string done_name(const std::string& name) { return name + ".done"; }
    bool is_done(const std::string& name) const noexcept;
    /// Removes what was marked since the last call. By then the ledger has settled it.
    void remove_done() noexcept;

    /// How many letters may be staged at a time without using up the descriptors that others need.
    static std::size_t letters_at_a_time() noexcept;

private:
    base::Path path_;
    Names names_;
    MemoryShare memory_;
    base::Fd folder_;
    std::vector<std::string> done_;
};

/// The names in a folder; those that begin with a dot are left out.
std::vector<std::string> names_in(const base::Path& folder);

}
