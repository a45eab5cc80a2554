// An mbox that a crash left behind: whatever it holds and whatever the rollback note says, publishing brings every
// letter in, twice does no more than once, and nothing that is not ours is lost. Parts of the input, 0x1C between them:
// the note
// ("raw" and octets, or "note BASE NEWLINES FIRST", or nothing; BASE is octets or "end", FIRST the letter that stands
// there, since those before it were found elsewhere), the mbox, the letters.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <popfetch/base/number.hpp>

#include "delivery/mbox_batch.hpp"
#include "delivery/mbox_format.hpp"
#include "support/fast_folder.hpp"
#include "support/temp_folder.hpp"
#include "target.hpp"

using namespace popfetch;

namespace {

constexpr base::WallTime now{std::chrono::seconds{1'795'248'900}};
constexpr off_t place_of_first_note = 512;

std::string as_stored(const std::string& letter)
{
    base::StringSink sink;
    delivery::MboxQuoter quoter{sink};
    quoter.write(letter);
    quoter.finish();
    return delivery::from_line(delivery::sender_in(letter), now) + sink.text;
}

struct Note {
    std::string text;
    std::size_t first = 0; // letters before it need not be there
};

Note note_for(std::string_view words, const base::Path& mbox, const std::vector<std::string>& letters)
{
    if (words.starts_with("raw")) return {std::string{words.substr(3, 512)}};
    if (!words.starts_with("note ")) return {};
    struct stat about = {};
    ::stat(mbox.c_str(), &about);
    fuzz::Input input{reinterpret_cast<const std::uint8_t*>(words.data()) + 5, words.size() - 5};
    const auto number = [&](std::uint64_t most, std::uint64_t otherwise) {
        return base::parse_number<std::uint64_t>(input.up_to(' '), 0, most).value_or(otherwise);
    };
    delivery::RollbackNote note;
    note.base = number(UINT64_MAX, static_cast<std::uint64_t>(about.st_size));
    note.newlines = number(2, 0);
    const auto first = static_cast<std::size_t>(number(letters.size() - 1, 0));
    for (std::size_t i = 0; i < first; ++i) note.text_from += as_stored(letters[i]).size();
    note.device = about.st_dev;
    note.inode = about.st_ino;
    return {note.text(0), first};
}

void write_note(const base::Path& batch, const std::string& note)
{
    const auto file = base::open_file(batch, O_WRONLY);
    base::write_all_at(file.get(), note, place_of_first_note, batch);
}

std::string without_zeros_at_end(std::string text)
{
    text.resize(text.find_last_not_of('\0') + 1);
    return text;
}

struct World {
    test::TempFolder folder{test::fast_folder()};
    base::Path mbox = folder / "mbox", spool = folder / "spool";
    std::unique_ptr<delivery::Target> target;

    World()
    {
        std::filesystem::create_directory(spool);
        delivery::Spec spec;
        spec.kind = delivery::Spec::Kind::mbox;
        spec.path = mbox;
        spec.timeout = std::chrono::seconds{0};
        target = delivery::open({&spec, 1}, {"work", spool, [] { return now; }, {}});
        target->prepare({});
    }

    std::vector<delivery::Receipt> staged(const std::vector<std::string>& texts) const
    {
        std::vector<std::unique_ptr<delivery::Letter>> letters;
        for (const auto& text : texts) {
            letters.push_back(target->begin({"work", "uid", std::string(32, '0'), text.size(), now}));
            letters.back()->write(text);
        }
        return target->stage(letters);
    }

    base::Path batch() const
    {
        return std::filesystem::directory_iterator { spool } -> path();
    }
};

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::Input input{data, size};
    const auto words = input.up_to('\x1c');
    const auto before = std::string{input.up_to('\x1c')};
    std::vector<std::string> letters;
    while (!input.empty() && letters.size() < 4) letters.emplace_back(input.up_to('\x1c'));
    if (letters.empty()) return 0;

    const World world;
    const auto receipts = world.staged(letters);
    test::put_text(world.mbox, before);
    const auto note = note_for(words, world.mbox, letters);
    write_note(world.batch(), note.text);

    const bool published = fuzz::passes([&] {
        for (const auto& outcome : world.target->publish(receipts))
            fuzz::require(outcome.kind == delivery::Outcome::Kind::published, "what was staged is published");
    });
    const auto after = test::text_of(world.mbox);
    fuzz::require(published || after == before, "what failed changed nothing");
    fuzz::require(after.starts_with(without_zeros_at_end(before)), "what was there stays");
    for (auto i = note.first; i < letters.size(); ++i)
        fuzz::require(!published || after.find(as_stored(letters[i])) != std::string::npos, "every letter is there");
    fuzz::passes([&] { world.target->publish(receipts); });
    fuzz::require(test::text_of(world.mbox) == after, "twice is once");
    return 0;
}
