#include <popfetch/state/note.hpp>

#include <popfetch/state/ledger.hpp>

#include "support/catch.hpp"
#include "support/temp_folder.hpp"

namespace popfetch::state {

TEST_CASE("W08 a run that finds the account locked leaves a note all the same and the ledger does not mind")
{
    const test::TempFolder folder;
    const auto path = folder / "a.ledger";
    {
        const auto ledger = Ledger::open(path, Access::write);
        CHECK_THROWS_AS(Ledger::open(path, Access::write), Busy);
        CHECK(note_beside(path).empty());
        leave_note(path, "a long note of the first");
        leave_note(path, "short");
        CHECK(note_beside(path) == "short");
        CHECK_THROWS_AS(Ledger::open(path, Access::write), Busy);
    }
    const auto ledger = Ledger::open(path, Access::write);
    CHECK(note_beside(path) == "short");
    leave_note(path, "");
    CHECK(note_beside(path).empty());
}

TEST_CASE("W08 where no note can be left there is none and nobody is troubled")
{
    const test::TempFolder folder;
    leave_note(folder / "a.ledger", "x");
    CHECK(note_beside(folder / "a.ledger").empty());
    CHECK_FALSE(std::filesystem::exists(folder / "a.ledger.lock"));
    test::put_text(folder / "b.ledger.lock", std::string(5000, 'x'));
    CHECK(note_beside(folder / "b.ledger").size() == 200);
}

}
