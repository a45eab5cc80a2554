// A maildir: cr.yp.to/proto/maildir.html, maildir(5). Exactly once.

#include <array>
#include <cstdio>

#include <popfetch/base/error.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/base/random.hpp>

#include "folder_checks.hpp"
#include "receipts.hpp"
#include "shelf.hpp"
#include "staging_folder.hpp"
#include "targets.hpp"

namespace popfetch::delivery {

namespace {

// ",S=" spares Maildir++ readers a stat(2) for each message.
std::string name_in_new(const Staged& staged, unsigned copy)
{
    const auto number = copy == 0 ? std::string{} : "+" + std::to_string(copy);
    return staged.name + number + ",S=" + std::to_string(staged.size);
}

class Maildir final : public Target {
public:
    Maildir(const base::Path& folder, const Surroundings& run)
        : folder_{folder}, tmp_{folder / "tmp", Names{Names::Style::maildir, run.account, run.spool, run.role}},
          new_{folder / "new", {folder / "cur"}, name_in_new}
    {
    }

    std::string description() const override { return "maildir " + base::printable(folder_.native()); }
    std::string_view kind() const override { return "maildir"; }
    Guarantee guarantee() const override { return Guarantee::exactly_once; }
    BatchLimits batch_limits() const override;

    void prepare(std::span<const Receipt> promised) override;
    std::optional<std::uint64_t> free_space() const override { return new_.free_space(); }
    std::optional<base::WallTime> newest_earlier_mail(const std::string& account) const override
    {
        return new_.newest_of(account);
    }

    std::unique_ptr<Letter> begin(const Envelope& envelope) override { return tmp_.begin(envelope); }
    std::vector<Receipt> stage(std::span<const std::unique_ptr<Letter>> letters) override
    {
        return receipts_for(tmp_.stage(letters), [&](const Staged& staged) { return new_.place_of(staged); });
    }
    std::vector<Outcome> publish(std::span<const Receipt> receipts) override
    {
        return new_.publish(tmp_, staged_in(receipts));
    }

private:
    base::Path folder_;
    StagingFolder tmp_;
    Shelf new_;
};

constexpr std::array parts{"tmp", "new", "cur"};

// Made beside its place and moved there whole: half a maildir is refused by everybody, also by our own next run.
void create_maildir(const base::Path& folder)
{
    const auto parent = folder.parent_path();
    const auto fresh = parent / ("." + folder.filename().native() + "." + base::random_hex(8));
    base::create_folders(parent);
    for (const auto* part : parts) base::create_folders(fresh / part);
    if (::rename(fresh.c_str(), folder.c_str()) == 0) return base::sync_folder(parent);
    // It is there, empty, and cannot be replaced: a mount point, a link to a folder.
    std::filesystem::remove_all(fresh);
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

BatchLimits Maildir::batch_limits() const
{
    BatchLimits limits;
    limits.letters = StagingFolder::letters_at_a_time();
    return limits;
}

void Maildir::prepare(std::span<const Receipt> promised)
{
    if (is_empty_or_missing(folder_)) create_maildir(folder_);
    check_maildir(folder_);
    tmp_.open();
    new_.open();
    tmp_.clear(staged_in(promised));
}

}

std::unique_ptr<Target> open_maildir(const Spec& spec, const Surroundings& surroundings)
{
    return std::make_unique<Maildir>(plain_path(spec.path), surroundings);
}

}
