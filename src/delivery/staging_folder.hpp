#pragma once
// The folder where letters wait, durable and out of sight, between stage() and publish(): tmp/ of a maildir, or a
// private folder beside the ledger. Makes drafts durable in a group, and clears up after runs that died.

#include <span>
#include <string>
#include <vector>

#include "draft.hpp"
#include "names.hpp"

namespace popfetch::delivery {

/// A letter that is durable in a staging folder; also what a receipt's token says: "NAME SIZE".
struct Staged {
    std::string name;
    std::uint64_t size = 0;

    std::string token() const { return name + " " + std::to_string(size); }
    /// Throws base::Error ("state.damaged") for a text that token() did not write.
    static Staged from_token(std::string_view token);
};

class StagingFolder {
public:
    StagingFolder(base::Path path, Names names);

    /// Opens the folder, which must exist.
    void open();
    const base::Path& path() const noexcept { return path_; }
    int fd() const noexcept { return folder_.get(); }

    /// Removes what our dead runs left, except what is promised; and of that what is not whole (FAULTS F07).
    void clear(std::span<const Staged> promised) const;

    std::unique_ptr<Draft> begin(const Envelope& envelope);

    /// Every letter is a Draft that begin() gave out. All or none.
    std::vector<Staged> stage(std::span<const std::unique_ptr<Letter>> letters);

    /// How many letters may be staged at a time without using up the descriptors that others need.
    static std::size_t letters_at_a_time() noexcept;

private:
    base::Path path_;
    Names names_;
    MemoryShare memory_;
    base::Fd folder_;
};

/// The names in a folder; those that begin with a dot are left out.
std::vector<std::string> names_in(const base::Path& folder);

}
