// What a process that confines itself must let a target write to.

#include "support/catch.hpp"

#include <popfetch/delivery/target.hpp>

#include "delivery/names.hpp"
#include "support/temp_folder.hpp"

namespace delivery = popfetch::delivery;
namespace base = popfetch::base;
using popfetch::test::TempFolder;

namespace {

std::vector<base::Path> places_of(const std::vector<std::string>& targets, const TempFolder& folder)
{
    std::vector<delivery::Spec> specs;
    for (const auto& target : targets) specs.push_back(delivery::parse_spec(target));
    return delivery::open(specs, {"work", folder / "spool", base::wall_clock, {}})->places();
}

}

TEST_CASE("a maildir and a folder of files are made and are the places to write to")
{
    const TempFolder folder;
    const auto maildir = folder / "Mail";
    const auto files = folder / "files";
    CHECK(places_of({"maildir:" + maildir.string(), "files:" + files.string()}, folder) ==
          std::vector<base::Path>{maildir, maildir / "tmp", maildir / "new", maildir / "cur", files, files / ".popfetch"});
    CHECK(std::filesystem::is_directory(maildir / "new"));
    CHECK(std::filesystem::is_directory(files));
}

TEST_CASE("an mbox needs its folder for the locks and is there to be read")
{
    const TempFolder folder;
    const auto mbox = folder / "deep" / "mbox";
    CHECK(places_of({"mbox:" + mbox.string()}, folder) == std::vector<base::Path>{folder / "deep", mbox});
    CHECK(std::filesystem::file_size(mbox) == 0);
    CHECK(places_of({"mbox:" + mbox.string()}, folder).size() == 2);
}

TEST_CASE("L14 the places of an mbox are free of a lock that the dead have left, while it can be read")
{
    const TempFolder folder;
    const auto lock = folder / "mbox.lock";
    const auto left = GENERATE(as<std::string>{}, "1073741823 " + delivery::this_host() + " popfetch\n", "1\n");
    popfetch::test::put_text(lock, left);
    places_of({"mbox:" + (folder / "mbox").string()}, folder);
    CHECK(std::filesystem::exists(lock) == (left == "1\n")); // init lives
}

TEST_CASE("standard output and a socket are no places")
{
    const TempFolder folder;
    CHECK(places_of({"stdout:"}, folder).empty());
}

TEST_CASE("a place that cannot be made is an error as it is when delivering")
{
    const TempFolder folder;
    popfetch::test::put_text(folder / "file", "x");
    CHECK_THROWS_AS(places_of({"maildir:" + (folder / "file").string()}, folder), base::Error);
}
