#include <popfetch/fetch/run.hpp>

#include <vector>

#include "support/catch.hpp"
#include "support/temp_folder.hpp"

namespace popfetch::fetch {
namespace {

/// Remembers what it is to publish, and says what became of it.
class Shelf : public delivery::Target {
public:
    std::vector<delivery::Receipt> prepared, published;
    delivery::Outcome::Kind says = delivery::Outcome::Kind::published;
    bool dies = false;

    std::string description() const override { return "a shelf"; }
    std::string_view kind() const override { return "shelf"; }
    delivery::Guarantee guarantee() const override { return delivery::Guarantee::exactly_once; }
    void prepare(std::span<const delivery::Receipt> promised) override
    {
        prepared.assign(promised.begin(), promised.end());
    }
    std::optional<base::WallTime> newest_earlier_mail(const std::string&) const override { return std::nullopt; }
    std::unique_ptr<delivery::Letter> begin(const delivery::Envelope&) override { return nullptr; }
    std::vector<delivery::Receipt> stage(std::span<const std::unique_ptr<delivery::Letter>>) override { return {}; }
    std::vector<delivery::Outcome> publish(std::span<const delivery::Receipt> receipts) override
    {
        published.assign(receipts.begin(), receipts.end());
        if (dies) throw base::SystemError{"write", "shelf", EIO};
        return {receipts.size(), {says, "on the shelf", nullptr}};
    }
};

struct World {
    test::TempFolder folder;
    Shelf shelf;
    state::Ledger ledger = state::Ledger::open(folder / "work.ledger", state::Access::write);
    Policy policy;
    Report report;

    World()
    {
        std::vector<state::Promise> promises{{"uid", 10, "shelf", "there", "token", 1}};
        ledger.promise(promises);
    }
    void recover_once()
    {
        recover({shelf, ledger, policy, report, "work",
                 [] { return base::WallTime{std::chrono::seconds{1'800'000'000}}; }});
    }
};

}

TEST_CASE("F20 each recovery publishes as one attempt more and says so before it does")
{
    World world;
    world.shelf.dies = true;
    CHECK_THROWS_AS(world.recover_once(), base::SystemError);
    REQUIRE(world.shelf.published.size() == 1);
    CHECK(world.shelf.published[0].attempt == 2);
    CHECK(world.shelf.published[0].token == "token");
    CHECK_THROWS_AS(world.recover_once(), base::SystemError);
    CHECK(world.shelf.published[0].attempt == 3);
    CHECK(world.ledger.promised()[0].attempt == 3);
}

TEST_CASE("What recovery publishes is settled")
{
    World world;
    world.recover_once();
    CHECK(world.shelf.prepared.size() == 1);
    CHECK(world.ledger.promised().empty());
    CHECK(world.ledger.entry("uid")->standing == state::Standing::settled);
    CHECK(world.ledger.entry("uid")->place == "on the shelf");
}

TEST_CASE("What recovery finds lost was never fetched")
{
    World world;
    world.shelf.says = delivery::Outcome::Kind::lost;
    world.recover_once();
    CHECK_FALSE(world.ledger.entry("uid"));
}

TEST_CASE("A rehearsal takes what was promised for settled and leaves ledger and target as they are")
{
    World world;
    auto shelf = std::make_unique<Shelf>();
    const auto& shown = *shelf;
    const auto rehearsal = delivery::rehearsal_of(std::move(shelf));
    auto copy = state::Ledger::open(world.ledger.path(), state::Access::copy);
    recover({*rehearsal, copy, world.policy, world.report, "work", base::wall_clock});
    CHECK(copy.entry("uid")->standing == state::Standing::settled);
    CHECK(shown.prepared.empty());
    CHECK(shown.published.empty());
    CHECK(world.ledger.entry("uid")->standing == state::Standing::promised);
    CHECK(world.ledger.promised()[0].attempt == 1);
}

}
