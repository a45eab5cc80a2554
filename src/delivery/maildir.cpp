// A maildir: cr.yp.to/proto/maildir.html, maildir(5). Exactly once.

#include <array>
#include <cstdio>
#include <system_error>

#include <popfetch/base/random.hpp>

#include "folder_checks.hpp"
#include "folder_target.hpp"
#include "targets.hpp"

namespace popfetch::delivery {

namespace {

constexpr std::array parts{"tmp", "new", "cur"};

// ",S=" spares Maildir++ readers a stat(2) for each message.
std::string name_in_new(const Staged& staged, unsigned copy)
{
    const auto number = copy == 0 ? std::string{} : "+" + std::to_string(copy);
    return staged.name + number + ",S=" + std::to_string(staged.size);
}

// Made beside its place and moved there whole: half a maildir is refused by everybody, also by our own next run.
void create_maildir(const base::Path& folder)
{
    const auto parent = folder.parent_path();
    const auto fresh = parent / ("." + folder.filename().native() + "." + base::random_hex(8));
    base::create_folders(parent);
    for (const auto* part : parts) base::create_folders(fresh / part);
    if (::rename(fresh.c_str(), folder.c_str()) == 0) return base::sync_folder(parent);
    // It is there, empty, and cannot be replaced: a mount point, a link to a folder.
    std::error_code ignored; // what stays is an empty folder
    std::filesystem::remove_all(fresh, ignored);
    for (const auto* part : parts) base::create_folders(folder / part);
}

void check_maildir(const base::Path& folder)
{
    check_folder(folder);
    for (const auto* part : parts) {
        if (!std::filesystem::is_directory(folder / part))
            throw bad_target(folder, "is not a maildir: it has no folder " + std::string{part},
                             "name an empty folder, or one that does not exist yet, to have a maildir made");
        check_folder(folder / part);
    }
}

class Maildir final : public FolderTarget {
public:
    Maildir(const base::Path& folder, const Surroundings& run)
        : FolderTarget{"maildir",
                       {folder, folder / "tmp", Shelf{folder / "new", {folder / "cur"}, name_in_new}},
                       {Names::Style::maildir, run.account, run.spool, run.role}}
    {
    }

    void examine() override
    {
        refuse_dead_link(folder());
        if (is_empty_or_missing(folder()))
            check_can_be_made(folder());
        else
            check_maildir(folder());
    }

private:
    void make_folders() override
    {
        examine();
        if (!is_empty_or_missing(folder())) return;
        create_maildir(folder());
        check_maildir(folder());
    }
};

}

std::unique_ptr<Target> open_maildir(const Spec& spec, const Surroundings& surroundings)
{
    return std::make_unique<Maildir>(plain_path(spec.path), surroundings);
}

}
