#include "folder_target.hpp"

namespace popfetch::delivery {

std::string FolderTarget::description() const { return std::string{kind_} + " " + base::printable(folder_.native()); }

BatchLimits FolderTarget::batch_limits() const
{
    BatchLimits limits;
    limits.letters = StagingFolder::letters_at_a_time();
    return limits;
}

std::vector<base::Path> FolderTarget::places()
{
    make_folders();
    std::vector<base::Path> places{folder_, staging_.path()};
    for (auto& folder : shelf_.folders())
        if (folder != folder_) places.push_back(std::move(folder));
    return places;
}

void FolderTarget::prepare(std::span<const Receipt> promised)
{
    make_folders();
    staging_.open();
    shelf_.open();
    const auto awaited = staged_in(kind_, promised);
    staging_.clear(awaited);
    staging_.remove_damaged(awaited);
}

std::vector<Receipt> FolderTarget::stage(std::span<const std::unique_ptr<Letter>> letters)
{
    std::vector<Receipt> receipts;
    for (const auto& staged : staging_.stage(letters))
        receipts.push_back({shelf_.place_of(staged).native(), Token{staged, {}}.text(kind_)});
    return receipts;
}

std::vector<Outcome> FolderTarget::publish(std::span<const Receipt> receipts)
{
    return shelf_.publish(staging_, staged_in(kind_, receipts));
}

}
