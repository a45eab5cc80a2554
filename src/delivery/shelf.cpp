#include "shelf.hpp"

#include <algorithm>
#include <cerrno>
#include <unordered_map>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <popfetch/base/error.hpp>
#include <popfetch/base/printable.hpp>

#include "rename.hpp"
#include <popfetch/delivery/survey.hpp>

namespace popfetch::delivery {

namespace {

constexpr unsigned most_copies = 10; // a name that is unique by 64 random bits is not taken ten times

std::optional<struct stat> status_of(int folder, const std::string& name)
{
    struct stat status = {};
    if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
    return status;
}

bool same_file(const std::optional<struct stat>& a, const std::optional<struct stat>& b)
{
    return a && b && a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

}

Shelf::Shelf(base::Path folder, std::vector<base::Path> moved_to, Naming naming)
    : folder_{std::move(folder)}, moved_to_{std::move(moved_to)}, naming_{naming}
{
}

void Shelf::open() { open_ = base::open_file(folder_, O_RDONLY | O_DIRECTORY); }

std::vector<Outcome> Shelf::publish(const StagingFolder& from, std::span<const Staged> letters) const
{
    std::vector<Outcome> outcomes(letters.size(), Outcome{Outcome::Kind::lost, {}, nullptr});
    bool all_there = true;
    for (std::size_t i = 0; i < letters.size(); ++i) {
        if (letters[i].name.empty()) continue;
        if (const auto name = move(from, letters[i]))
            outcomes[i] = {Outcome::Kind::published, (folder_ / *name).native(), nullptr};
        else
            all_there = false;
    }
    if (!all_there) find_moved(letters, outcomes);
    // Also when nothing was moved just now: a run before us may have died between its rename and its sync.
    for (const auto& folder : all_there ? std::vector{folder_} : folders()) base::sync_folder(folder);
    return outcomes;
}

// The name under which it is visible now; nothing when there is no staged file.
std::optional<std::string> Shelf::move(const StagingFolder& from, const Staged& staged) const
{
    for (unsigned copy = 0; copy < most_copies; ++copy) {
        const auto name = naming_(staged, copy);
        const int error = rename_to_free_name(from.fd(), staged.name, open_.get(), name);
        if (error == 0) return name;
        const auto source = status_of(from.fd(), staged.name);
        const auto there = status_of(open_.get(), name);
        if (!source && there) return name; // NFS: reported as failed, done all the same (rename(2), BUGS)
        if (!source && error == ENOENT) return std::nullopt;
        if (same_file(source, there)) {
            ::unlinkat(from.fd(), staged.name.c_str(), 0);
            return name;
        }
        if (error == EXDEV)
            throw BadTarget{base::ExitStatus::config, "delivery.target",
                            base::printable(folder_.native()) + ": is not on the same file system as " +
                                base::printable(from.path().native()),
                            "letters are moved from one to the other in one step"};
        if (error != EEXIST) throw base::SystemError{"move a letter into", folder_.native(), error};
    }
    throw base::SystemError{"create", (folder_ / naming_(staged, 0)).native(), EEXIST};
}

// One look at each folder for all that is missing.
void Shelf::find_moved(std::span<const Staged> letters, std::vector<Outcome>& outcomes) const
{
    std::unordered_map<std::string_view, std::size_t> missing;
    for (std::size_t i = 0; i < letters.size(); ++i)
        if (outcomes[i].kind == Outcome::Kind::lost && !letters[i].name.empty())
            missing.emplace(unique_part(letters[i].name), i);
    for (const auto& folder : folders()) {
        for (const auto& name : names_in(folder)) {
            const auto found = missing.find(unique_part(name));
            if (found == missing.end()) continue;
            outcomes[found->second] = {Outcome::Kind::published, (folder / name).native(), nullptr};
        }
    }
}

std::vector<base::Path> Shelf::folders() const
{
    std::vector<base::Path> all{folder_};
    all.insert(all.end(), moved_to_.begin(), moved_to_.end());
    return all;
}

// All of them once prepared; a rehearsal makes none.
std::vector<base::Path> Shelf::existing_folders() const
{
    auto there = folders();
    std::erase_if(there, [](const base::Path& folder) { return !std::filesystem::exists(folder); });
    return there;
}

std::optional<base::WallTime> Shelf::newest_of(std::string_view account) const
{
    const auto mark = account_mark(account);
    std::optional<base::WallTime> newest;
    // By the names, which are by the same clock as the ledger; the times of files are the file server's, or a copier's.
    for (const auto& folder : existing_folders())
        for (const auto& name : names_in(folder))
            if (bears_mark_of(name, mark)) newest = std::max(newest, delivery_time(name));
    return newest;
}

void Shelf::survey(const std::function<void(const Resting&)>& see) const
{
    for (const auto& folder : existing_folders())
        for (const auto& name : names_in(folder)) survey_file(folder / name, see);
}

}
