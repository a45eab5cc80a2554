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

    void examine() override
    {
        refuse_dead_link(folder());
        for (const auto& part : {folder(), folder() / staging})
            if (std::filesystem::is_directory(part))
                check_folder(part);
            else
                check_can_be_made(part);
    }

private:
    void make_folders() override
    {
        examine();
        for (const auto& part : {folder(), folder() / staging}) {
            base::create_folders(part);
            check_folder(part);
        }
    }
};

}

std::unique_ptr<Target> open_files(const Spec& spec, const Surroundings& surroundings)
{
    return std::make_unique<Files>(plain_path(spec.path), surroundings);
}

}
