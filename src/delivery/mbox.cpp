// An mbox: RFC 4155, in the mboxrd kind. Exactly once; locked for milliseconds, never while mail is retrieved.

#include <cerrno>
#include <map>

#ifdef __linux__
#include <sys/xattr.h>
#endif

#include <popfetch/base/number.hpp>
#include <popfetch/base/printable.hpp>

#include "folder_checks.hpp"
#include "mbox_append.hpp"
#include "mbox_batch.hpp"
#include "mbox_file.hpp"
#include "mbox_format.hpp"
#include "receipts.hpp"
#include "staging_folder.hpp"
#include <popfetch/delivery/survey.hpp>
#include "targets.hpp"

namespace popfetch::delivery {

namespace {

// Where a message's text lies in its batch: the two words that a receipt has beside name and size.
Extent extent_in(const Token& token)
{
    return {base::parse_number<std::uint64_t>(token.more[0]).value_or(0),
            base::parse_number<std::uint64_t>(token.more[1]).value_or(0)};
}

// An mbox has no names of its own that could say who delivered. An attribute of the file costs nothing where it can be
// had, and does no harm where it cannot.
std::string attribute_for(std::string_view account) { return "user.popfetch." + account_mark(account); }

class Mbox final : public Target {
public:
    Mbox(const base::Path& path, const Spec& spec, const Surroundings& run)
        : path_{path}, timeout_{spec.timeout}, clock_{run.clock}, warn_{run.warn}, account_{run.account},
          lock_mark_{account_mark(run.account + run.role)}, batches_{run.spool,
                                                                     {Names::Style::dated, run.account, run.spool,
                                                                      "mbox" + run.role}}
    {
    }

    std::string description() const override { return "mbox " + base::printable(path_.native()); }
    std::string_view kind() const override { return "mbox"; }
    Guarantee guarantee() const override { return Guarantee::exactly_once; }
    BatchLimits batch_limits() const override;
    std::optional<std::uint64_t> free_space() const override { return space_in(path_.parent_path()); }
    std::optional<base::WallTime> newest_earlier_mail(const std::string& account) const override;
    void survey(const std::function<void(const Resting&)>& see) const override { survey_mbox(path_, see); }

    std::vector<base::Path> places() override;
    void examine() override;
    void prepare(std::span<const Receipt> promised) override;
    std::unique_ptr<Letter> begin(const Envelope& envelope) override { return batches_.begin(envelope); }
    std::vector<Receipt> stage(std::span<const std::unique_ptr<Letter>> letters) override;
    std::vector<Outcome> publish(std::span<const Receipt> receipts) override;

private:
    struct Place {
        bool lost = false;
        RollbackNote note;
        Outcome outcome(const base::Path& mbox, const Extent& letter) const;
    };

    Place publish_batch(const Staged& staged, std::span<const Extent> letters);
    void leave_mark(const LockedMbox& mbox) const;
    void remove_lock_of_the_dead() const;

    base::Path path_;
    std::chrono::seconds timeout_;
    base::Clock clock_;
    std::function<void(std::string_view)> warn_;
    std::string account_;
    std::string lock_mark_;
    StagingFolder batches_;
    bool told_of_lock_ = false;
};

BatchLimits Mbox::batch_limits() const
{
    BatchLimits limits;
    limits.letters = StagingFolder::letters_at_a_time();
    return limits;
}

void Mbox::leave_mark([[maybe_unused]] const LockedMbox& mbox) const
{
#ifdef __linux__
    const auto now = std::to_string(clock_().time_since_epoch().count());
    (void)::fsetxattr(mbox.fd(), attribute_for(account_).c_str(), now.data(), now.size(), 0);
#endif
}

std::optional<base::WallTime> Mbox::newest_earlier_mail([[maybe_unused]] const std::string& account) const
{
#ifdef __linux__
    std::array<char, 32> text{};
    const auto octets = ::lgetxattr(path_.c_str(), attribute_for(account).c_str(), text.data(), text.size());
    std::error_code error;
    if (octets <= 0 || std::filesystem::file_size(path_, error) == 0 || error) return std::nullopt;
    const auto seconds = base::parse_number<std::uint64_t>({text.data(), static_cast<std::size_t>(octets)}, 0,
                                                           std::numeric_limits<std::int64_t>::max());
    if (seconds) return base::WallTime{std::chrono::seconds{static_cast<std::int64_t>(*seconds)}};
#endif
    return std::nullopt;
}

// The folder for the locks; and the file by itself, for whoever may not read all that lies in the folder. Who may not
// could not see either that the writer of a lock is dead: so that is looked at here.
std::vector<base::Path> Mbox::places()
{
    base::create_folders(path_.parent_path());
    if (!MboxFile::open(path_)) (void)MboxFile::create(path_);
    remove_lock_of_the_dead();
    return {path_.parent_path(), path_};
}

void Mbox::examine()
{
    const auto folder = path_.parent_path();
    check_can_be_made(folder);
    if (!MboxFile::open(path_) && std::filesystem::is_directory(folder)) check_folder(folder);
}

void Mbox::prepare(std::span<const Receipt> promised)
{
    examine();
    base::create_folders(path_.parent_path());
    base::sync_folder(path_.parent_path()); // a run before us may have died between making the mbox and this
    Dotlock::clear(path_, lock_mark_);
    remove_lock_of_the_dead();

    base::create_folders(batches_.path());
    batches_.open();
    std::vector<Staged> awaited;
    for (const auto& receipt : promised)
        if (auto token = Token::read("mbox", receipt.token, 2)) awaited.push_back(std::move(token->staged));
    batches_.clear(awaited);
}

// Others would wait for it although we may have nothing more to deliver.
void Mbox::remove_lock_of_the_dead() const
{
    if (!Dotlock::exists(path_)) return;
    try {
        const LockedMbox taken_over{path_, std::chrono::milliseconds{0}, lock_mark_};
    } catch (const BadTarget&) {
        // Not stale: somebody is delivering or reading just now.
    }
}

std::vector<Receipt> Mbox::stage(std::span<const std::unique_ptr<Letter>> letters)
{
    batches_.remove_done();
    if (letters.empty()) return {};
    std::vector<std::unique_ptr<Letter>> batch;
    batch.push_back(batches_.begin({}));
    std::vector<Extent> extents;
    BatchWriter writer{dynamic_cast<Draft&>(*batch.front())};
    for (const auto& letter : letters) extents.push_back(writer.add(dynamic_cast<const Draft&>(*letter)));
    writer.finish();

    const auto staged = batches_.stage(batch).front();
    std::vector<Receipt> receipts;
    receipts.reserve(extents.size());
    for (const auto& [offset, length] : extents)
        receipts.push_back(
            {path_.native(), Token{staged, {std::to_string(offset), std::to_string(length)}}.text("mbox")});
    return receipts;
}

std::vector<Outcome> Mbox::publish(std::span<const Receipt> receipts)
{
    std::vector<Outcome> outcomes(receipts.size(), Outcome{Outcome::Kind::lost, {}, nullptr});
    std::vector<std::optional<Token>> tokens;
    for (const auto& receipt : receipts) tokens.push_back(Token::read("mbox", receipt.token, 2));

    for (std::size_t first = 0; first < tokens.size();) {
        // The letters of a batch were promised one behind the other.
        auto last = first;
        std::vector<Extent> letters;
        while (last < tokens.size() && tokens[first] && tokens[last] &&
               tokens[last]->staged.name == tokens[first]->staged.name)
            letters.push_back(extent_in(*tokens[last++]));
        if (letters.empty()) {
            ++first;
            continue;
        }
        const auto place = publish_batch(tokens[first]->staged, letters);
        for (std::size_t i = first; i < last; ++i) outcomes[i] = place.outcome(path_, letters[i - first]);
        first = last;
    }
    return outcomes;
}

Mbox::Place Mbox::publish_batch(const Staged& staged, std::span<const Extent> letters)
{
    auto batch = BatchFile::open(batches_, staged);
    if (!batch) return {true, {}};
    if (batch->is_done()) return {false, batch->note().value_or(RollbackNote{})};
    RollbackNote note;
    {
        LockedMbox mbox{path_, timeout_, lock_mark_};
        if (!mbox.has_dotlock() && !std::exchange(told_of_lock_, true) && warn_)
            warn_(base::printable(path_.native()) + ": no dot-lock can be made beside it; locked by fcntl alone");
        leave_mark(mbox);
        note = bring_in(mbox, *batch, letters, warn_);
    }
    batch->mark_done();
    return {false, note};
}

Outcome Mbox::Place::outcome(const base::Path& mbox, const Extent& letter) const
{
    if (lost) return {Outcome::Kind::lost, {}, nullptr};
    auto place = mbox.native();
    if (letter.offset >= note.text_from)
        place += "@" + std::to_string(note.base + note.newlines + letter.offset - note.text_from);
    return {Outcome::Kind::published, place, nullptr};
}

}

std::unique_ptr<Target> open_mbox(const Spec& spec, const Surroundings& surroundings)
{
    return std::make_unique<Mbox>(plain_path(spec.path), spec, surroundings);
}

}
