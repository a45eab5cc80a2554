// A target that only shows what it would do: --dry-run.

#include "support/catch.hpp"

#include "stand.hpp"

namespace delivery = popfetch::delivery;
namespace base = popfetch::base;
using namespace popfetch::test;

namespace {

std::unique_ptr<delivery::Target> rehearse(const std::string& target, const TempFolder& folder)
{
    const std::vector specs{delivery::parse_spec(target)};
    auto opened = delivery::open(specs, {"work", folder / "spool", base::wall_clock, {}});
    return delivery::rehearsal_of(std::move(opened));
}

/// What preparing it is refused with; empty where it is not.
std::string refusal(delivery::Target& target)
{
    try {
        target.prepare({});
    } catch (const base::Error& error) {
        return std::to_string(static_cast<int>(error.status())) + " " + error.what();
    }
    return {};
}

}

TEST_CASE("A rehearsal makes no folder and no file and knows how much space there would be")
{
    const TempFolder folder;
    const std::string home = folder.path().string();
    for (const auto& target : {"maildir:" + home + "/Mail", "files:" + home + "/a/b", "mbox:" + home + "/c/mbox"}) {
        const auto rehearsal = rehearse(target, folder);
        CHECK(refusal(*rehearsal).empty());
        CHECK(rehearsal->free_space());
        CHECK_FALSE(rehearsal->newest_earlier_mail("work"));
    }
    CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("F10 F11 a rehearsal is refused as the run would be")
{
    const TempFolder folder;
    const std::string home = folder.path().string();
    std::filesystem::create_directories(folder / "no maildir" / "new");
    std::filesystem::create_symlink(folder / "nowhere", folder / "link");
    std::filesystem::create_directory(folder / "folder");
    put_text(folder / "file", "x");
    for (const auto& target : {"maildir:" + home + "/no maildir", "maildir:" + home + "/link",
                               "maildir:" + home + "/file", "maildir:" + home + "/file/Mail", "files:" + home + "/link",
                               "files:" + home + "/file/eml", "mbox:" + home + "/folder", "mbox:" + home + "/link",
                               "mbox:" + home + "/file/mbox", "mbox:" + home + "/file"}) {
        const auto rehearsal = rehearse(target, folder);
        const std::vector specs{delivery::parse_spec(target)};
        const auto real = delivery::open(specs, {"work", folder / "spool", base::wall_clock, {}});
        const auto said = refusal(*rehearsal);
        CHECK_FALSE(said.empty());
        CHECK(said == refusal(*real));
    }
}

TEST_CASE("What was promised counts as published in a rehearsal and is left as it is")
{
    MaildirStand stand;
    const auto receipts = stage(*stand.start(), {"one", "two"});
    const auto before = stand.traces();
    const auto rehearsal = delivery::rehearsal_of(stand.open());
    rehearsal->prepare(receipts);
    CHECK(all_are(rehearsal->publish(receipts), delivery::Outcome::Kind::published));
    CHECK(stand.traces() == before);
    CHECK(stand.delivered().empty());
}
