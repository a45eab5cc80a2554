// A folder of .eml files, one for each message. Exactly once.

#include "folder_checks.hpp"
#include "folder_target.hpp"
#include "targets.hpp"

namespace popfetch::delivery {

namespace {

// Out of the way of whoever looks for *.eml, and on the same file system.
constexpr auto staging = ".popfetch";

std::string eml_name(const Staged& staged, unsigned copy)
{
    return staged.name + (copy == 0 ? std::string{} : "+" + std::to_string(copy)) + ".eml";
}

class Files final : public FolderTarget {
public:
    Files(const base::Path& folder, const Surroundings& run)
        : FolderTarget{"files",
                       {folder, folder / staging, Shelf{folder, {}, eml_name}},
                       {Names::Style::dated, run.account, run.spool, run.role}}
    {
    }

private:
    void make_folders() override
    {
        refuse_dead_link(folder());
        base::create_folders(folder());
        check_folder(folder());
        base::create_folders(folder() / staging);
        check_folder(folder() / staging);
    }
};

}

std::unique_ptr<Target> open_files(const Spec& spec, const Surroundings& surroundings)
{
    return std::make_unique<Files>(plain_path(spec.path), surroundings);
}

}
