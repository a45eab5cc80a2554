#pragma once
// What maildir and files have in common: letters wait in one folder and are moved into another.

#include <string>
#include <utility>

#include <popfetch/base/printable.hpp>

#include "folder_checks.hpp"
#include "receipts.hpp"
#include "shelf.hpp"
#include "staging_folder.hpp"

namespace popfetch::delivery {

class FolderTarget : public Target {
public:
    struct Layout {
        base::Path folder;  // what the user named
        base::Path staging; // where letters wait
        Shelf shelf;        // where they go
    };

    FolderTarget(std::string_view kind, Layout layout, Names names)
        : kind_{kind}, folder_{std::move(layout.folder)}, staging_{std::move(layout.staging), std::move(names)},
          shelf_{std::move(layout.shelf)}
    {
    }

    std::string description() const override;
    std::string_view kind() const override { return kind_; }
    Guarantee guarantee() const override { return Guarantee::exactly_once; }
    BatchLimits batch_limits() const override;
    std::optional<std::uint64_t> free_space() const override { return space_in(shelf_.path()); }
    std::optional<base::WallTime> newest_earlier_mail(const std::string& account) const override
    {
        return shelf_.newest_of(account);
    }

    void survey(const std::function<void(const Resting&)>& see) const override { shelf_.survey(see); }

    std::vector<base::Path> places() override;
    void prepare(std::span<const Receipt> promised) override;
    std::unique_ptr<Letter> begin(const Envelope& envelope) override { return staging_.begin(envelope); }
    std::vector<Receipt> stage(std::span<const std::unique_ptr<Letter>> letters) override;
    std::vector<Outcome> publish(std::span<const Receipt> receipts) override;

protected:
    const base::Path& folder() const noexcept { return folder_; }

private:
    /// Examines, and makes the folders where they are missing, or throws.
    virtual void make_folders() = 0;

    std::string_view kind_;
    base::Path folder_;
    StagingFolder staging_;
    Shelf shelf_;
};

}
