#pragma once
// Where staged letters become visible: the step from tmp/ to new/ of a maildir, or into a folder of .eml files.
//
// One rename makes a letter visible, whole; one sync of the folder makes that durable for all. Doing it again finds
// what was done before, in whatever state a crash or a mail reader left it:
//
//     staged file there, name free                          rename
//     staged file there, name taken by the same file        a link was made and not yet undone: undo it
//     staged file there, name taken by another              take the next free name
//     staged file gone, name found (also in cur/, flagged)   published
//     neither                                                lost: fetch it again (rather twice than never)

#include <functional>
#include <string>
#include <vector>

#include "staging_folder.hpp"

namespace popfetch::delivery {

class Shelf {
public:
    /// The name that a staged letter gets; `copy` is 0 unless that name is taken.
    using Naming = std::string (*)(const Staged& staged, unsigned copy);

    /// `folder` is where letters appear, `moved_to` where a reader may put them.
    Shelf(base::Path folder, std::vector<base::Path> moved_to, Naming naming);

    void open();
    const base::Path& path() const noexcept { return folder_; }
    base::Path place_of(const Staged& staged) const { return folder_ / naming_(staged, 0); }

    /// Where letters may lie: where they appear, then where a reader may put them.
    std::vector<base::Path> folders() const;

    std::vector<Outcome> publish(const StagingFolder& from, std::span<const Staged> letters) const;

    std::optional<base::WallTime> newest_of(std::string_view account) const;
    void survey(const std::function<void(const Resting&)>& see) const;

private:
    std::optional<std::string> move(const StagingFolder& from, const Staged& staged) const;
    void find_moved(std::span<const Staged> letters, std::vector<Outcome>& outcomes) const;
    std::vector<base::Path> existing_folders() const;

    base::Path folder_;
    std::vector<base::Path> moved_to_;
    Naming naming_;
    base::Fd open_;
};

}
